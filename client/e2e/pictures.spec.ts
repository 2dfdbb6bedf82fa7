import { expect, memberTest as test, newProject, REPORT, upload } from "./fixtures";

test.use({ viewport: { width: 1280, height: 800 }, deviceScaleFactor: 1.5 });

// `make pictures` puts them into the README and onto the landing page.
test("pictures of a chat with an open citation", async ({ page }) => {
  const projectId = await newProject(page, "Northwind Ferries");
  await upload(page, projectId, REPORT);
  await page.goto(`/projects/${projectId}/chat/`);
  const answers = page.getByRole("article", { name: "Answer" });
  for (const [index, question] of [
    "How many passengers were carried in 2025?",
    "How many kilowatt hours do the batteries of the Aurora hold?",
  ].entries()) {
    await page.getByLabel("Your question").fill(question);
    await page.keyboard.press("Enter");
    await expect(answers.nth(index)).toBeVisible();
    await expect(answers.nth(index)).not.toHaveAttribute("aria-busy", "true");
  }
  await answers
    .last()
    .getByRole("button", { name: `Source 1: ${REPORT}, page 2` })
    .first()
    .click();
  await expect(page.locator("[data-highlight]").first()).toBeInViewport();
  await expect(
    page
      .locator('[data-page-number="2"]')
      .getByText(/4,600 kilowatt hours/)
      .first(),
  ).toBeVisible();
  await page.mouse.move(640, 2);
  for (const theme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme: theme, reducedMotion: "reduce" });
    await expect(page.getByRole("tooltip")).toHaveCount(0);
    await page.screenshot({ path: `screenshots/pictures/chat-${theme}.png`, animations: "disabled" });
  }
});
