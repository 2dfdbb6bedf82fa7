import { readFileSync } from "node:fs";
import type { Page } from "@playwright/test";

import {
  documentPath,
  documentRow,
  expect,
  memberTest as test,
  newChat,
  newProject,
  SAME_SITE,
} from "./fixtures";

const SCRIPTS = [
  `<script>window.hit='script'</script>`,
  `<img src=x onerror="window.hit='image'">`,
  `"><svg/onload=window.hit='svg'>`,
  `javascript:window.hit='address'//`,
  `</title></textarea><iframe srcdoc="<script>parent.hit='frame'</script>">`,
  `{{constructor.constructor("window.hit='template'")()}}`,
];

/** `E2E_STRINGS` names a JSON list of more of them. */
function strings(): string[] {
  const file = process.env.E2E_STRINGS ?? documentPath("nasty strings.json");
  return [...SCRIPTS, ...(JSON.parse(readFileSync(file, "utf8")) as string[])];
}

/** What a page did that it must not do. */
function watch(page: Page) {
  const did: string[] = [];
  page.on("dialog", (dialog) => {
    did.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on("request", (request) => {
    const url = request.url();
    if (!url.startsWith(`${process.env.E2E_URL}/`) && !/^(?:data|blob):/.test(url))
      did.push(`request: ${url}`);
  });
  return {
    expectNothing: async () => {
      expect(await page.evaluate(() => ("hit" in window ? window.hit : null))).toBeNull();
      expect(did).toEqual([]);
    },
  };
}

test("script in names, text and tables stays text, and nothing is loaded from elsewhere", async ({
  page,
}) => {
  const watched = watch(page);
  const name = `<img src=x onerror="window.hit='name'"> & notes.md`;
  const projectId = await newProject(page, `<script>window.hit='project'</script>`);
  await page.goto(`/projects/${projectId}/documents/`);
  await page.getByTestId("file-input").setInputFiles({
    name,
    mimeType: "text/markdown",
    buffer: readFileSync(documentPath("hostile.md")),
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
  await watched.expectNothing();
});

test("hostile names of projects and chats are shown letter by letter", async ({ page }) => {
  const watched = watch(page);
  for (const name of strings()) {
    const response = await page.request.post("/api/projects", { data: { name }, headers: SAME_SITE });
    expect([201, 422], JSON.stringify(name)).toContain(response.status());
  }
  const answer = await page.request.get("/api/projects?limit=100");
  const { items } = (await answer.json()) as { items: { id: string; name: string }[] };
  await page.goto("/projects/");
  const cards = page.getByRole("main").getByRole("listitem").getByRole("heading");
  await expect(cards).toHaveCount(items.length);
  expect((await cards.allTextContents()).toSorted()).toEqual(items.map(({ name }) => name).toSorted());

  const projectId = items[0]?.id ?? "";
  const titles: string[] = [];
  for (const title of SCRIPTS) {
    const chatId = await newChat(page, projectId);
    const renamed = await page.request.patch(`/api/chats/${chatId}`, { data: { title }, headers: SAME_SITE });
    if (renamed.ok()) titles.push(((await renamed.json()) as { title: string }).title);
  }
  await page.goto(`/projects/${projectId}/chat/`);
  const chats = page.getByRole("navigation", { name: "Chats" });
  await expect(chats).toContainText(titles.at(-1) ?? "");
  const shown = await chats.getByRole("link").allTextContents();
  expect(titles.filter((title) => !shown.some((text) => text.includes(title)))).toEqual([]);
  await watched.expectNothing();
});

test("a document of hostile strings is read and shown as text", async ({ page }) => {
  const watched = watch(page);
  const projectId = await newProject(page, "Strings");
  const escaped = strings().map((text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;"));
  const files = {
    "strings.md": strings().join("\n\n"),
    "strings.txt": strings().join("\n"),
    "strings.html": `<table>${escaped.map((text, row) => `<tr><td>${row}</td><td>${text}</td></tr>`).join("")}</table>`,
  };
  await page.goto(`/projects/${projectId}/documents/`);
  await page.getByTestId("file-input").setInputFiles(
    Object.entries(files).map(([name, text]) => ({
      name,
      mimeType: "text/plain",
      buffer: Buffer.from(text),
    })),
  );
  for (const name of Object.keys(files)) {
    await expect(documentRow(page, name).getByText("Completed")).toBeVisible({ timeout: 60_000 });
  }
  for (const name of Object.keys(files)) {
    await page.goto(`/projects/${projectId}/documents/`);
    await documentRow(page, name).getByRole("link", { name }).click();
    await expect(page.getByRole("article", { name: "Chunk 1", exact: true })).toBeVisible();
  }
  await expect(page.getByRole("table").first()).toContainText("window.hit='image'");
  await page.goto(`/projects/${projectId}/chat/`);
  await page.getByLabel("Your question").fill("Which strings have window.hit in them?");
  await page.keyboard.press("Enter");
  const answer = page.getByRole("article", { name: "Answer" });
  await expect(answer).toBeVisible();
  await expect(answer).not.toHaveAttribute("aria-busy", "true");
  await watched.expectNothing();
});
