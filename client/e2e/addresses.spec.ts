import { expect, expectStrict, newProject, memberTest, test, upload } from "./fixtures";

memberTest("every page can be opened directly and loaded again", async ({ page }) => {
  const projectId = await newProject(page, "Deep links");
  await upload(page, projectId, "ferry notes.md");
  await page.getByRole("link", { name: "ferry notes.md" }).click();
  await expect(page.getByRole("heading", { name: "ferry notes.md" })).toBeVisible();
  const document = page.url();

  const pages: [address: string, heading: string | RegExp][] = [
    ["/projects/", "Projects"],
    [`/projects/${projectId}/chat/`, "What would you like to know?"],
    [`/projects/${projectId}/documents/`, "Documents"],
    [document, "ferry notes.md"],
    [`/projects/${projectId}/settings/`, "Settings"],
    ["/account/", "Account"],
  ];
  for (const [address, heading] of pages) {
    expectStrict(await page.goto(address));
    await expect(page.getByRole("heading", { level: 1, name: heading })).toBeVisible();
    await page.reload();
    await expect(page.getByRole("heading", { level: 1, name: heading })).toBeVisible();
  }
});

memberTest("moving between pages loads no page anew, and back goes back", async ({ page }) => {
  const projectId = await newProject(page, "Moving");
  await page.goto(`/projects/${projectId}/documents/`);
  await page.evaluate(() => Object.assign(window, { stayed: true }));
  const project = page.getByRole("navigation", { name: "Project" });
  await project.getByRole("link", { name: "Settings" }).click();
  await expect(page.getByRole("heading", { name: "Settings" })).toBeVisible();
  await project.getByRole("link", { name: "Chat" }).click();
  await expect(page.getByLabel("Your question")).toBeVisible();
  await page.goBack();
  await expect(page.getByRole("heading", { name: "Settings" })).toBeVisible();
  expect(await page.evaluate(() => "stayed" in window)).toBe(true);
});

memberTest("an address without its slash, and one that leads nowhere", async ({ page, complaints }) => {
  const projectId = await newProject(page, "Slashes");
  await page.goto(`/projects/${projectId}/settings`);
  await expect(page).toHaveURL(`/projects/${projectId}/settings/`);
  const response = await page.goto("/nowhere/at/all/");
  expect(response?.status()).toBe(404);
  await expect(page.getByRole("heading", { name: "There is nothing at this address" })).toBeVisible();
  complaints.length = 0;
});

test("the description of the API is shown under its policy", async ({ page }) => {
  await page.goto("/docs");
  await expect(page.getByRole("heading", { name: "Opentrace" })).toBeVisible();
});

test("the policy forbids scripts that are not the page's own", async ({ page, complaints }) => {
  for (const address of ["/sign-in/", "/sign-up/", "/docs", "/"]) expectStrict(await page.goto(address));
  await page.evaluate(() => {
    const script = document.createElement("script");
    script.textContent = "window.hit = true";
    document.body.append(script);
  });
  expect(await page.evaluate(() => "hit" in window)).toBe(false);
  expect(complaints.join()).toContain("Content Security Policy");
  complaints.length = 0;
});
