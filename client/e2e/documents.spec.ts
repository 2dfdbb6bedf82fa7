import {
  documentPath,
  documentRow,
  expect,
  forget,
  newProject,
  memberTest as test,
  upload,
} from "./fixtures";

test("a file that cannot be read says what to do, and is read again on request", async ({ page }) => {
  const projectId = await newProject(page, "Failures");
  await page.goto(`/projects/${projectId}/documents/`);
  await page.getByTestId("file-input").setInputFiles(documentPath("broken.pdf"));
  const row = documentRow(page, "broken.pdf");
  await expect(row.getByText("Failed")).toBeVisible({ timeout: 60_000 });
  await row.getByRole("button", { name: "Retry broken.pdf" }).click();
  await expect(row.getByText("Failed")).toBeHidden();
  await expect(row.getByText("Failed")).toBeVisible({ timeout: 60_000 });

  await row.getByRole("link", { name: "broken.pdf" }).click();
  await expect(page.getByRole("button", { name: "Retry" })).toBeVisible();
  await expect(page.getByRole("tab", { name: "How it was read" })).toHaveAttribute("aria-selected", "true");
});

test("files that are not taken are named with the reason, and the others go through", async ({ page }) => {
  const projectId = await newProject(page, "Refusals");
  await page.goto(`/projects/${projectId}/documents/`);
  await page.getByTestId("file-input").setInputFiles([
    { name: "program.exe", mimeType: "application/x-msdownload", buffer: Buffer.from("MZ") },
    { name: "empty.pdf", mimeType: "application/pdf", buffer: Buffer.alloc(0) },
    { name: "good.txt", mimeType: "text/plain", buffer: Buffer.from("Words to read.") },
  ]);
  const uploads = page.getByRole("region", { name: "Uploads" });
  await expect(uploads).toContainText("2 files were not uploaded");
  await expect(uploads).toContainText("Files of this kind (.exe) are not read.");
  await expect(documentRow(page, "good.txt").getByText("Completed")).toBeVisible({ timeout: 60_000 });
  await uploads.getByRole("button", { name: "Dismiss" }).click();
  await expect(uploads).toBeHidden();
});

test("a whole folder keeps its paths and leaves hidden files out", async ({ page }) => {
  const projectId = await newProject(page, "Folder");
  await page.goto(`/projects/${projectId}/documents/`);
  await page.getByLabel("Folder to upload").setInputFiles(documentPath("folder"));
  await expect(documentRow(page, "folder/first.txt")).toBeVisible();
  await expect(documentRow(page, "folder/inner/second.txt")).toBeVisible();
  await expect(page.getByText("2 documents", { exact: true })).toBeVisible();
});

test("the table sorts, filters, and deletes what is selected", async ({ page }) => {
  const projectId = await newProject(page, "Table");
  await upload(page, projectId, "ferry notes.md", "hostile.md");
  const names = page.getByRole("row").getByRole("link");
  await page.getByRole("button", { name: "Name" }).click();
  await expect(names).toHaveText(["ferry notes.md", "hostile.md"]);
  await page.getByRole("button", { name: "Name" }).click();
  await expect(names).toHaveText(["hostile.md", "ferry notes.md"]);
  await expect(page.getByRole("columnheader", { name: "Name" })).toHaveAttribute("aria-sort", "descending");

  await page.getByLabel("Filter documents by name").fill("FERRY");
  await expect(names).toHaveText(["ferry notes.md"]);
  await page.getByLabel("Filter documents by status").selectOption("failed");
  await expect(page.getByText("No document matches")).toBeVisible();
  await page.getByRole("button", { name: "Show all documents" }).click();

  await page.getByLabel("Select all documents shown").check();
  await page.getByRole("button", { name: "Delete…" }).click();
  await expect(page.getByRole("alertdialog")).toContainText("Delete 2 documents?");
  await page.getByRole("button", { name: "Delete 2 documents" }).click();
  await expect(page.getByRole("heading", { name: "Add the first documents" })).toBeVisible();
});

test("a part of the page that does not come says so, and comes when it can", async ({ page, complaints }) => {
  const projectId = await newProject(page, "Parts");
  await page.goto(`/projects/${projectId}/documents/`);
  const add = page.getByRole("button", { name: "Add web pages" });
  await expect(add).toBeVisible();
  await page.waitForLoadState("networkidle");
  await page.route("**/_next/static/chunks/*.js", (route) => route.abort());
  await add.click();
  await expect(page.getByText("A part of this page did not come.")).toBeVisible({ timeout: 20_000 });
  await expect(page.getByRole("heading", { name: "Documents", exact: true })).toBeVisible();
  await page.unroute("**/_next/static/chunks/*.js");
  await page.getByRole("button", { name: "Try now" }).click();
  await expect(page.getByRole("dialog", { name: "Add web pages" })).toBeVisible();
  await expect(page.getByText("A part of this page did not come.")).toBeHidden();
  forget(complaints, /ERR_FAILED/);
});

test("a file that takes the place of one leaves answers that cite the old one readable", async ({
  page,
  complaints,
}) => {
  const projectId = await newProject(page, "Replacement");
  const file = (text: string) => ({
    name: "timetable.txt",
    mimeType: "text/plain",
    buffer: Buffer.from(text),
  });
  await page.goto(`/projects/${projectId}/documents/`);
  await page.getByTestId("file-input").setInputFiles(file("The first ferry to Sandholm leaves at 05:40."));
  const row = documentRow(page, "timetable.txt");
  await expect(row.getByText("Completed")).toBeVisible({ timeout: 60_000 });
  const old = await row.getByRole("link").getAttribute("href");

  const chatLink = page.getByRole("navigation", { name: "Project" }).getByRole("link", { name: "Chat" });
  await chatLink.click();
  await page.getByLabel("Your question").fill("When does the first ferry to Sandholm leave?");
  await page.keyboard.press("Enter");
  const answer = page.getByRole("article", { name: "Answer" });
  await expect(answer).toContainText("05:40");
  await expect(answer).not.toHaveAttribute("aria-busy", "true");
  const chat = page.url();

  await page.goto(`/projects/${projectId}/documents/`);
  await page.getByTestId("file-input").setInputFiles(file("The first ferry to Sandholm leaves at 06:15."));
  await expect(page.getByText("A file of this name is already here:")).toBeVisible();
  await page.getByRole("button", { name: "Replace it" }).click();
  await expect(page.locator(`a[href="${old}"]`), "the old one goes by itself").toHaveCount(0, {
    timeout: 60_000,
  });
  await expect(row).toHaveCount(1);
  await expect(row.getByText("Completed")).toBeVisible();

  await page.goto(chat);
  await page
    .getByRole("button", { name: /^Source 1/ })
    .first()
    .click();
  const source = page.getByRole("complementary", { name: /^Source 1/ });
  await expect(source).toContainText("The document was deleted.");
  await expect(source).toContainText("leaves at 05:40");

  await chatLink.click();
  await page.getByRole("link", { name: "New chat" }).click();
  await page.getByLabel("Your question").fill("When does the first ferry to Sandholm leave?");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("article", { name: "Answer" })).toContainText("06:15");
  forget(complaints, /404/);
});
