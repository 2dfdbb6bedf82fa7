import { expect, forget, memberTest as test, newChat, newProject, upload } from "./fixtures";

test("a question waits for the code that asks it, and is no lost connection", async ({
  page,
  complaints,
}) => {
  const projectId = await newProject(page, "Waiting");
  await upload(page, projectId, "ferry notes.md");
  const chunks = "**/_next/static/chunks/*.js";
  // What reads the stream, known by a word of the protocol, does not come.
  await page.route(chunks, async (route) => {
    const response = await route.fetch();
    if ((await response.text()).includes('"text-delta"')) await route.abort();
    else await route.fulfill({ response });
  });
  await page.goto(`/projects/${projectId}/chat/`);
  await page.getByLabel("Your question").fill("When does the ferry to Sandholm leave?");
  await page.keyboard.press("Enter");
  await expect(page.getByText("A part of this page did not come.")).toBeVisible();
  await expect(page.getByText(/Connection lost|does not answer/)).toHaveCount(0);
  await page.unroute(chunks);
  await page.getByRole("button", { name: "Try now" }).click();
  await expect(page.getByRole("article", { name: "Answer" })).toContainText("05:40");
  await expect(page.getByText("A part of this page did not come.")).toBeHidden();
  forget(complaints, /ERR_FAILED/);
});

test("a new title that cannot be saved says why, and stays", async ({ page, context, complaints }) => {
  const projectId = await newProject(page, "Titles");
  const chatId = await newChat(page, projectId);
  await page.goto(`/projects/${projectId}/chat/${chatId}/`);
  await page
    .getByRole("button", { name: /^(Rename or delete this chat|Actions for)/ })
    .first()
    .click();
  await page.getByRole("menuitem", { name: "Rename" }).click();
  const dialog = page.getByRole("dialog", { name: "Rename the chat" });
  await dialog.getByLabel("Title").fill("Ferries at dawn");
  await context.setOffline(true);
  await dialog.getByRole("button", { name: "Rename" }).click();
  await expect(dialog.getByText("The server does not answer.")).toBeVisible();
  await expect(dialog.getByLabel("Title")).toHaveValue("Ferries at dawn");
  await context.setOffline(false);
  await dialog.getByRole("button", { name: "Rename" }).click();
  await expect(dialog).toBeHidden();
  await page.reload();
  await expect(page.getByRole("heading", { name: "Ferries at dawn" })).toBeVisible();
  forget(complaints, /ERR_INTERNET_DISCONNECTED/);
});
