import { expect, memberTest, newProject, upload } from "./fixtures";

for (const reducedMotion of ["no-preference", "reduce"] as const) {
  memberTest(
    `a citation far into a document opens at its page, motion: ${reducedMotion}`,
    async ({ page }) => {
      await page.emulateMedia({ reducedMotion });
      const projectId = await newProject(page, "Log");
      await upload(page, projectId, "log of the Aurora.pdf");
      await page.goto(`/projects/${projectId}/chat/`);
      await page.getByLabel("Your question").fill("Which whale swam beside the Aurora?");
      await page.keyboard.press("Enter");
      await page
        .getByRole("button", { name: /^Source 1/ })
        .first()
        .click();

      await expect(page.locator("[data-highlight]").first()).toBeInViewport();
      await expect(page.locator("[data-highlights]")).toHaveCount(1);
      await expect(page.locator('[data-page-number="27"] [data-highlight]').first()).toBeInViewport();
      await expect(page.getByLabel("Page", { exact: true })).toHaveValue("27");

      await page.setViewportSize({ width: 1100, height: 700 });
      await expect(page.locator('[data-page-number="27"] [data-highlight]').first()).toBeInViewport();
      await page
        .getByRole("region", { name: "Pages of the document" })
        .evaluate((pages) => pages.scrollBy(0, -6000));
      const shown = page.getByLabel("Page", { exact: true });
      await expect(shown).not.toHaveValue("27");
      const before = Number(await shown.inputValue());
      await page.setViewportSize({ width: 1500, height: 800 });
      await expect(async () => {
        expect(Math.abs(Number(await shown.inputValue()) - before)).toBeLessThanOrEqual(1);
      }).toPass();
    },
  );
}
