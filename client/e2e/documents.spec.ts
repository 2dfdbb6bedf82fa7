import {
  documentPath,
  documentRow,
  expect,
  newProject,
  memberTest as test,
  SAME_SITE,
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

test("script in names, text and tables stays text, and nothing is loaded from elsewhere", async ({
  page,
}) => {
  const elsewhere: string[] = [];
  page.on("request", (request) => {
    if (!request.url().startsWith(process.env.E2E_URL ?? "?") && !request.url().startsWith("data:"))
      elsewhere.push(request.url());
  });
  const name = `<img src=x onerror="window.hit='name'"> & notes.md`;
  const projectId = await newProject(page, `<script>window.hit='project'</script>`);
  await page.goto(`/projects/${projectId}/documents/`);
  await page.getByTestId("file-input").setInputFiles({
    name,
    mimeType: "text/markdown",
    buffer: await (await import("node:fs/promises")).readFile(documentPath("hostile.md")),
  });
  const row = documentRow(page, name);
  await expect(row.getByText("Completed")).toBeVisible({ timeout: 60_000 });
  await row.getByRole("link", { name }).click();
  await expect(page.getByRole("heading", { name })).toBeVisible();
  await expect(page.getByRole("table")).toContainText("Berth 4");

  await page.getByRole("navigation", { name: "Project" }).getByRole("link", { name: "Chat" }).click();
  await page.getByLabel("Your question").fill("Who is the harbour master of <b>Sandholm</b>?");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("article", { name: "Answer" })).toContainText("Ines Okafor");
  await page
    .getByRole("button", { name: /^Source 1/ })
    .first()
    .click();
  await expect(page.getByLabel(/^Source 1/).last()).toContainText("Ines Okafor");

  expect(await page.evaluate(() => "hit" in window)).toBe(false);
  expect(elsewhere).toEqual([]);
});

test("two thousand documents scroll", async ({ page }) => {
  test.setTimeout(240_000);
  const projectId = await newProject(page, "Many");
  const make = (index: number) =>
    page.request.post(`/api/projects/${projectId}/documents`, {
      data: { file_name: `report ${index}.pdf`, content_type: "application/pdf", size_bytes: 1000 + index },
      headers: SAME_SITE,
    });
  for (let first = 0; first < 2000; first += 25) {
    const responses = await Promise.all(Array.from({ length: 25 }, (_, index) => make(first + index)));
    expect(responses.every((response) => response.ok())).toBe(true);
  }
  await page.goto(`/projects/${projectId}/documents/`);
  await expect(page.getByText("2,000 documents", { exact: true })).toBeVisible();
  await page.getByRole("button", { name: "Name" }).click();
  await expect(documentRow(page, "report 0.pdf")).toBeVisible();
  expect(await page.getByRole("row").count()).toBeLessThan(80);

  const slowest = await page.evaluate(async () => {
    let last = performance.now();
    let worst = 0;
    for (let step = 0; step < 60; step += 1) {
      window.scrollBy(0, 900);
      await new Promise((resolve) => requestAnimationFrame(resolve));
      const now = performance.now();
      worst = Math.max(worst, now - last);
      last = now;
    }
    return worst;
  });
  expect(slowest).toBeLessThan(400);
  await page.keyboard.press("End");
  await expect(documentRow(page, "report 1999.pdf")).toBeVisible();
});
