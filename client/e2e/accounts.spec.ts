import {
  expect,
  forget,
  newAccount,
  newProject,
  signUp,
  SAME_SITE,
  memberTest,
  test,
  upload,
} from "./fixtures";

test("a session that ended leads to sign-in and back to the same page", async ({
  page,
  account,
  complaints,
}) => {
  const projectId = await newProject(page, "Return");
  await page.goto(`/projects/${projectId}/settings/`);
  await page.getByLabel("Question to search with").fill("not lost");
  await page.context().clearCookies();
  await page.getByRole("navigation", { name: "Project" }).getByRole("link", { name: "Documents" }).click();
  await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();
  await page.getByLabel("E-mail").fill(account.email);
  await page.getByRole("textbox", { name: "Password" }).fill("not the password");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("main").getByRole("alert")).toBeVisible();
  await page.getByRole("textbox", { name: "Password" }).fill(account.password);
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(`/projects/${projectId}/documents/`);
  await page.getByRole("navigation", { name: "Project" }).getByRole("link", { name: "Settings" }).click();
  await expect(page.getByLabel("Question to search with")).toHaveValue("not lost");
  forget(complaints, /401/);
});

memberTest("two people see nothing of each other", async ({ page, browser, complaints }) => {
  const projectId = await newProject(page, "Private");
  await upload(page, projectId, "ferry notes.md");
  const documents = (await (await page.request.get(`/api/projects/${projectId}/documents`)).json()) as {
    items: { id: string }[];
  };
  const documentId = documents.items[0]?.id ?? "";

  const other = await browser.newContext({ baseURL: process.env.E2E_URL ?? "" });
  await signUp(other, newAccount());
  const theirs = await other.newPage();
  await theirs.goto("/projects/");
  await expect(theirs.getByRole("heading", { name: "Make your first project" })).toBeVisible();
  for (const path of ["chat/", "documents/", `documents/${documentId}/`, "settings/"]) {
    await theirs.goto(`/projects/${projectId}/${path}`);
    await expect(theirs.getByRole("heading", { name: "There is no such project" })).toBeVisible();
  }
  expect((await other.request.get(`/api/documents/${documentId}/file`)).status()).toBe(404);
  await other.close();
  forget(complaints, /404/);
});

memberTest("an API key is shown once, works, and ends when it is revoked", async ({ page, playwright }) => {
  await page.goto("/account/");
  await page.getByRole("button", { name: "New API key" }).click();
  await page.getByLabel("Name").fill("Backup script");
  await page.getByRole("button", { name: "Create key" }).click();
  const key = await page.getByLabel("API key", { exact: true }).inputValue();
  expect(key).toMatch(/^ot_/);
  await page.getByRole("button", { name: "Done" }).click();
  await expect(page.getByRole("list", { name: "API keys" })).toContainText("Backup script");
  expect(await page.content()).not.toContain(key);

  const program = await playwright.request.newContext({
    baseURL: process.env.E2E_URL ?? "",
    extraHTTPHeaders: { authorization: `Bearer ${key}` },
  });
  expect((await program.get("/api/projects")).status()).toBe(200);
  await page.getByRole("button", { name: "Revoke Backup script" }).click();
  await page.getByRole("button", { name: "Revoke key" }).click();
  await expect(page.getByText("No API keys yet.")).toBeVisible();
  expect((await program.get("/api/projects")).status()).toBe(401);
  await program.dispose();
});

test("signing out everywhere ends every session", async ({ page, account, playwright }) => {
  const phone = await playwright.request.newContext({ baseURL: process.env.E2E_URL ?? "" });
  await phone.post("/api/auth/sign-in", { data: account, headers: SAME_SITE });
  expect((await phone.get("/api/me")).status()).toBe(200);
  await page.goto("/account/");
  await page.getByRole("button", { name: "Sign out everywhere…" }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Sign out everywhere" }).click();
  await expect(page.getByRole("main").getByRole("link", { name: "Get started" })).toBeVisible();
  expect((await phone.get("/api/me")).status()).toBe(401);
  await phone.dispose();
});

memberTest("a lost connection says so, and recovers by itself", async ({ page, complaints }) => {
  await newProject(page, "Offline");
  await page.goto("/projects/");
  await expect(page.getByRole("link", { name: "Offline" })).toBeVisible();
  // The dialog's script comes when the page is idle: let it come before the connection goes.
  await page.getByRole("button", { name: "Actions for Offline" }).click();
  await page.getByRole("menuitem", { name: /Rename/ }).click();
  await page.getByRole("button", { name: "Cancel" }).click();
  await expect(page.getByRole("dialog")).toBeHidden();
  await page.context().setOffline(true);
  await page.getByRole("button", { name: "Actions for Offline" }).click();
  await page.getByRole("menuitem", { name: /Rename/ }).click();
  await page.getByRole("textbox", { name: "Name" }).fill("Online again");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("Connection lost.")).toBeVisible();
  await expect(page.getByRole("textbox", { name: "Name" })).toHaveValue("Online again");
  await page.context().setOffline(false);
  await expect(page.getByText("Connection lost.")).toBeHidden({ timeout: 20_000 });
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByRole("link", { name: "Online again" })).toBeVisible();
  forget(complaints, /ERR_INTERNET_DISCONNECTED/);
});

memberTest("the sample project is ready in seconds, with questions to try", async ({ page }) => {
  await page.goto("/projects/");
  await page.getByRole("button", { name: "Open the sample project" }).click();
  await expect(page.locator("[data-status=completed]")).toHaveCount(5, { timeout: 90_000 });
  await page.getByRole("navigation", { name: "Project" }).getByRole("link", { name: "Chat" }).click();
  await page.getByRole("button", { name: "Which file types can I upload?" }).click();
  const answer = page.getByRole("article", { name: "Answer" });
  await expect(answer).toContainText("PDF, Word (.docx");
});
