import AxeBuilder from "@axe-core/playwright";
import type { Page } from "@playwright/test";

import { documentRow, expect, newProject, forget, REPORT, memberTest, upload } from "./fixtures";

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

const MORE_PAGES = {
  account: "/account/",
  projects: "/projects/",
  "landing page": "/",
  "no page": "/nowhere/",
};

for (const theme of ["light", "dark"] as const) {
  memberTest(`axe finds nothing on any page, ${theme}`, async ({ page, complaints }) => {
    /** Looks at what is shown, and leaves a picture of it for people to look at. */
    const examine = async (name: string) => {
      await settled(page);
      await page.screenshot({ path: `screenshots/${theme}/${name}.png`, animations: "disabled" });
      expect.soft(await serious(page), name).toEqual([]);
    };
    await page.emulateMedia({ colorScheme: theme, reducedMotion: "reduce" });
    await page.goto("/projects/");
    await examine("no projects yet");

    const projectId = await newProject(page, "Access");
    await page.goto(`/projects/${projectId}/documents/`);
    await examine("no documents yet");
    await upload(page, projectId, REPORT);
    await examine("documents");

    await page.getByRole("link", { name: REPORT }).click();
    await page.getByRole("button", { name: "Highlight" }).first().click();
    await expect(page.locator("[data-highlight]").first()).toBeVisible();
    await examine("document");
    await page.getByRole("tab", { name: "How it was read" }).click();
    await examine("stages");

    await page.goto(`/projects/${projectId}/chat/`);
    await examine("new chat");
    await page.getByLabel("Your question").fill("How many passengers were carried in 2025?");
    await page.keyboard.press("Enter");
    await page
      .getByRole("button", { name: /^Source 1/ })
      .first()
      .click();
    await expect(page.locator("[data-highlight]").first()).toBeVisible();
    await examine("chat with an open source");
    await page.getByRole("button", { name: /^Trace/ }).click();
    await expect(page.getByLabel("Trace of the answer")).toContainText("passengers");
    await examine("trace");

    await page.goto(`/projects/${projectId}/settings/`);
    await page.getByLabel("Question to search with").fill("electric ferry");
    await page.keyboard.press("Enter");
    await expect(page.getByRole("article", { name: "Passage 1" })).toBeVisible();
    await examine("settings");

    for (const [name, address] of Object.entries(MORE_PAGES)) {
      await page.goto(address);
      await examine(name);
    }
    await page.goto("/projects/");
    await page.getByRole("button", { name: "New project" }).click();
    await examine("dialog");
    await page.context().clearCookies();
    await page.evaluate(() => localStorage.clear());
    for (const name of ["sign-in", "sign-up"]) {
      await page.goto(`/${name}/`);
      await examine(name);
    }
    await page.goto("/");
    await examine("landing page of a visitor");
    forget(complaints, /404/);
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
  await page.getByText("Dark", { exact: true }).click();
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
  await page.getByText("As the system", { exact: true }).click();
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
  await expect(documentRow(page, "keys.txt").getByText("Completed")).toBeVisible({ timeout: 60_000 });

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
  await expect(page.getByRole("complementary", { name: /^Source 1/ })).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(source).toHaveAttribute("aria-pressed", "false");
  await expect(source).toBeFocused();
});
