import AxeBuilder from "@axe-core/playwright";
import type { Page } from "@playwright/test";

import { expect, newProject, REPORT, memberTest, test, upload } from "./fixtures";

async function serious(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page })
    .withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"])
    .analyze();
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical" || impact === "moderate")
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(" | ")}`);
}

/** Brings a page into the state that people see, and lets its movements end. */
async function settled(page: Page): Promise<void> {
  await page.waitForLoadState("networkidle");
  await page.evaluate(() =>
    Promise.all(document.getAnimations().map((animation) => animation.finished.catch(() => null))),
  );
}

for (const theme of ["light", "dark"] as const) {
  memberTest(`axe finds nothing on any page, ${theme}`, async ({ page }) => {
    test.setTimeout(180_000);
    await page.emulateMedia({ colorScheme: theme, reducedMotion: "reduce" });
    await page.goto("/projects/");
    await settled(page);
    expect.soft(await serious(page), "no projects yet").toEqual([]);

    const projectId = await newProject(page, "Access");
    await page.goto(`/projects/${projectId}/documents/`);
    await settled(page);
    expect.soft(await serious(page), "no documents yet").toEqual([]);
    await upload(page, projectId, REPORT);
    expect.soft(await serious(page), "documents").toEqual([]);

    await page.getByRole("link", { name: REPORT }).click();
    await page.getByRole("button", { name: "Highlight" }).first().click();
    await expect(page.locator("[data-highlight]").first()).toBeVisible();
    expect.soft(await serious(page), "document").toEqual([]);
    await page.getByRole("tab", { name: "How it was read" }).click();
    expect.soft(await serious(page), "stages").toEqual([]);

    await page.goto(`/projects/${projectId}/chat/`);
    await settled(page);
    expect.soft(await serious(page), "new chat").toEqual([]);
    await page.getByLabel("Your question").fill("How many passengers were carried in 2025?");
    await page.keyboard.press("Enter");
    await page
      .getByRole("button", { name: /^Source 1/ })
      .first()
      .click();
    await expect(page.locator("[data-highlight]").first()).toBeVisible();
    await settled(page);
    expect.soft(await serious(page), "chat with an open source").toEqual([]);
    await page.getByRole("button", { name: /^Trace/ }).click();
    await expect(page.getByLabel("Trace of the answer")).toContainText("passengers");
    await settled(page);
    expect.soft(await serious(page), "trace").toEqual([]);

    await page.goto(`/projects/${projectId}/settings/`);
    await page.getByLabel("Question to search with").fill("electric ferry");
    await page.keyboard.press("Enter");
    await expect(page.getByRole("article", { name: "Passage 1" })).toBeVisible();
    expect.soft(await serious(page), "settings").toEqual([]);

    for (const address of ["/account/", "/projects/", "/", "/nowhere/"]) {
      await page.goto(address);
      await settled(page);
      expect.soft(await serious(page), address).toEqual([]);
    }
    await page.goto("/projects/");
    await page.getByRole("button", { name: "New project" }).click();
    await settled(page);
    expect.soft(await serious(page), "dialog").toEqual([]);
    await page.context().clearCookies();
    await page.evaluate(() => localStorage.clear());
    for (const address of ["/sign-in/", "/sign-up/"]) {
      await page.goto(address);
      await settled(page);
      expect.soft(await serious(page), address).toEqual([]);
    }
  });
}

memberTest("nothing is wider than a small phone", async ({ page }) => {
  const projectId = await newProject(page, "A project with quite a long name for such a small screen");
  await upload(page, projectId, REPORT);
  await page.setViewportSize({ width: 360, height: 740 });
  await page.getByRole("link", { name: REPORT }).click();
  await expect(page.getByRole("heading", { name: REPORT })).toBeVisible();
  const details = page.url();
  for (const address of [
    "/",
    "/sign-in/",
    "/projects/",
    `/projects/${projectId}/chat/`,
    `/projects/${projectId}/documents/`,
    details,
    `/projects/${projectId}/settings/`,
    "/account/",
  ]) {
    await page.goto(address);
    await settled(page);
    const width = await page.evaluate(() => document.documentElement.scrollWidth);
    expect.soft(width, address).toBeLessThanOrEqual(360);
  }
  await page.goto(details);
  await page.getByRole("button", { name: "Show in original" }).first().click();
  await expect(page.locator("[data-highlight]").first()).toBeInViewport();
});

memberTest("the theme is chosen, kept, and there before the first paint", async ({ page }) => {
  await page.emulateMedia({ colorScheme: "light" });
  await page.goto("/account/");
  await page.getByRole("radio", { name: "Dark" }).check();
  await expect(page.locator("html")).toHaveClass(/dark/);
  const atFirstPaint = page.evaluate(() => localStorage.getItem("opentrace-theme"));
  expect(await atFirstPaint).toBe("dark");
  await page.addInitScript(() => {
    document.addEventListener("DOMContentLoaded", () => {
      Object.assign(window, { darkAtFirst: document.documentElement.classList.contains("dark") });
    });
  });
  await page.reload();
  expect(await page.evaluate(() => "darkAtFirst" in window && window.darkAtFirst)).toBe(true);
  await page.getByRole("radio", { name: "As the system" }).check();
  await expect(page.locator("html")).not.toHaveClass(/dark/);
  await page.emulateMedia({ colorScheme: "dark" });
  await expect(page.locator("html")).toHaveClass(/dark/);
});

memberTest("all of it works by keyboard", async ({ page }) => {
  await page.goto("/projects/");
  await expect(page.getByRole("heading", { name: "Make your first project" })).toBeVisible();
  await page.keyboard.press("Tab");
  await expect(page.getByRole("link", { name: "Skip to the content" })).toBeFocused();
  await page.keyboard.press("Enter");
  await page.keyboard.press("Tab");
  await expect(page.getByRole("button", { name: "New project" })).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page.getByLabel("Name")).toBeFocused();
  await page.keyboard.type("Keys");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { name: "Add the first documents" })).toBeVisible();
  await page.getByTestId("file-input").setInputFiles({
    name: "keys.txt",
    mimeType: "text/plain",
    buffer: Buffer.from("The key is under the mat."),
  });
  await expect(page.getByText("Completed")).toBeVisible({ timeout: 60_000 });

  await page.getByRole("button", { name: "Actions for keys.txt" }).focus();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("menuitem", { name: "Details and chunks" })).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("button", { name: "Actions for keys.txt" })).toBeFocused();

  await page.getByRole("link", { name: "Chat" }).focus();
  await page.keyboard.press("Enter");
  await expect(page.getByLabel("Your question")).toBeFocused();
  await page.keyboard.type("Where is the key?");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("article", { name: "Answer" })).toContainText("under the mat");
  const source = page.getByRole("button", { name: /^Source 1/ }).first();
  await source.focus();
  await page.keyboard.press("Enter");
  await expect(source).toHaveAttribute("aria-pressed", "true");
  await page.keyboard.press("Escape");
  await expect(source).toHaveAttribute("aria-pressed", "false");
});
