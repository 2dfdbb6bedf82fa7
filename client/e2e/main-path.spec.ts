import { documentPath, documentRow, expect, newAccount, REPORT, test } from "./fixtures";

const QUESTION = "How many kilowatt hours do the batteries of the Aurora hold?";

test("from a new account to a cited answer, and back to nothing", async ({ page }) => {
  const account = newAccount();

  await test.step("sign up", async () => {
    await page.goto("/");
    await page.getByRole("main").getByRole("link", { name: "Get started" }).click();
    await page.getByLabel("E-mail").fill(account.email);
    await page.getByRole("textbox", { name: "Password" }).fill(account.password);
    await page.getByRole("button", { name: /Create/ }).click();
    await expect(page.getByRole("heading", { name: "Make your first project" })).toBeVisible();
  });

  await test.step("make a project", async () => {
    await page.getByRole("button", { name: "New project" }).click();
    await page.getByLabel("Name").fill("Ferries");
    await page.getByRole("button", { name: "Create project" }).click();
    await expect(page.getByRole("heading", { name: "Add the first documents" })).toBeVisible();
  });

  await test.step("drop a PDF and watch it complete", async () => {
    const transfer = await page.evaluateHandle(
      (bytes) => {
        const list = new DataTransfer();
        const binary = Uint8Array.from(atob(bytes), (char) => char.charCodeAt(0));
        list.items.add(new File([binary], "Northwind annual report 2025.pdf", { type: "application/pdf" }));
        return list;
      },
      await base64Of(documentPath(REPORT)),
    );
    const zone = page.getByRole("heading", { name: "Add the first documents" });
    await zone.dispatchEvent("dragenter", { dataTransfer: transfer });
    await expect(page.getByText("Drop to upload")).toBeVisible();
    await zone.dispatchEvent("drop", { dataTransfer: transfer });
    const row = documentRow(page, REPORT);
    await expect(row.getByText("Completed")).toBeVisible({ timeout: 60_000 });
    await expect(row.getByRole("cell").nth(4)).toHaveText("4");
  });

  await test.step("ask, and read the answer as it is written", async () => {
    await page.getByRole("navigation", { name: "Project" }).getByRole("link", { name: "Chat" }).click();
    await page.getByLabel("Your question").fill(QUESTION);
    await page.keyboard.press("Enter");
    const answer = page.getByRole("article", { name: "Answer" });
    await expect(answer).toContainText("4,600 kilowatt hours");
    await expect(answer).not.toHaveAttribute("aria-busy", "true");
  });

  await test.step("the citation opens the page with the passage highlighted", async () => {
    await page
      .getByRole("button", { name: `Source 1: ${REPORT}, page 2` })
      .first()
      .click();
    const sheet = page.locator('[data-page-number="2"]');
    const highlight = sheet.locator("[data-highlight]").first();
    await expect(highlight).toBeInViewport();
    const words = sheet.getByText(/4,600 kilowatt hours/).first();
    await expect(words).toBeVisible();
    const [marks, place] = [await boxes(sheet.locator("[data-highlight]")), await words.boundingBox()];
    expect(place).not.toBeNull();
    expect(marks.some((mark) => place && overlaps(mark, place))).toBe(true);
  });

  await test.step("rate it, with a comment that is kept", async () => {
    await page.getByRole("button", { name: "Good answer" }).click();
    await page.getByLabel("What was good about it?").fill("Short and right.");
    await page.getByRole("button", { name: "Save comment" }).click();
    await expect(page.getByRole("button", { name: "Good answer" })).toHaveAttribute("aria-pressed", "true");
    await page.reload();
    await expect(page.getByRole("button", { name: "Good answer" })).toHaveAttribute("aria-pressed", "true");
  });

  await test.step("the trace says how it came about", async () => {
    await page.getByRole("button", { name: /^Trace/ }).click();
    const trace = page.getByLabel("Trace of the answer");
    await expect(trace).toContainText(QUESTION);
    await expect(trace.getByLabel("Kept").first()).toBeVisible();
  });

  await test.step("settings are tried before they are saved", async () => {
    await page.getByRole("navigation", { name: "Project" }).getByRole("link", { name: "Settings" }).click();
    await page.getByRole("spinbutton", { name: "Passages to find" }).fill("1");
    await page.getByLabel("Question to search with").fill("When did the Aurora enter service?");
    await page.keyboard.press("Enter");
    await expect(page.getByRole("article", { name: "Passage 1" })).toContainText("14 March 2025");
    await expect(page.getByRole("article", { name: "Passage 2" })).toHaveCount(0);
    await expect(page.getByRole("article", { name: "Passage 1" })).toContainText(/vector 0\.\d{3} \(#1\)/);
    await page.reload();
    await expect(page.getByRole("spinbutton", { name: "Passages to find" })).toHaveValue("1");
    await page.getByRole("button", { name: "Save" }).click();
    await expect(page.getByText("All changes are saved.")).toBeVisible();
  });

  await test.step("delete the project with all that is in it", async () => {
    await page.goto("/projects/");
    await page.getByRole("button", { name: "Actions for Ferries" }).click();
    await page.getByRole("menuitem", { name: "Delete…" }).click();
    const dialog = page.getByRole("alertdialog");
    await expect(dialog).toContainText("1 document, with the original file");
    await expect(dialog).toContainText("1 chat, with all questions");
    await dialog.getByRole("button", { name: "Delete project" }).click();
    await expect(page.getByRole("heading", { name: "Make your first project" })).toBeVisible();
  });
});

async function base64Of(path: string): Promise<string> {
  const { readFile } = await import("node:fs/promises");
  return (await readFile(path)).toString("base64");
}

interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

async function boxes(locator: {
  all: () => Promise<{ boundingBox: () => Promise<Box | null> }[]>;
}): Promise<Box[]> {
  const found = await Promise.all((await locator.all()).map((item) => item.boundingBox()));
  return found.filter((box) => box !== null);
}

function overlaps(a: Box, b: Box): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}
