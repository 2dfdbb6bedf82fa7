import { execFileSync } from "node:child_process";
import path from "node:path";
import type { Page } from "@playwright/test";

import { documentRow, expect, memberTest, newChat, newProject, test, upload } from "./fixtures";
import { BIN } from "./processes";
import { serverWithModel } from "./scripted-model";

// Time of the processor on the page's main thread: unlike time on a clock, it does not grow with what else runs on the
// machine. A frame of 60 in a second has 16 ms, and a screen may be twice as slow as this before anybody sees it.
const FRAME_MS = 33;

async function mainThreadMs(page: Page, act: () => Promise<void>): Promise<number> {
  const session = await page.context().newCDPSession(page);
  await session.send("Performance.enable", { timeDomain: "threadTicks" });
  const spent = async () => {
    const { metrics } = await session.send("Performance.getMetrics");
    return (metrics.find(({ name }) => name === "TaskDuration")?.value ?? NaN) * 1000;
  };
  const before = await spent();
  await act();
  const after = await spent();
  await session.detach();
  return after - before;
}

/** Scrolls as a strong flick does, and says what a frame took. */
async function frameMs(page: Page, scroller: string, { by, frames }: { by: number; frames: number }) {
  const total = await mainThreadMs(page, () =>
    page.locator(scroller).evaluate(
      async (element, { by, frames }) => {
        for (let frame = 0; frame < frames; frame += 1) {
          element.scrollBy({ top: by, behavior: "instant" });
          await new Promise((resolve) => requestAnimationFrame(resolve));
        }
      },
      { by, frames },
    ),
  );
  report("a frame", total / frames);
  return total / frames;
}

function report(of: string, ms: number): void {
  console.log(`    ${test.info().title}: ${ms.toFixed(1)} ms for ${of}`);
}

function seed(owner: string, kind: "documents" | "messages", count: number): void {
  const script = path.join(import.meta.dirname, "seed.py");
  execFileSync(path.join(BIN, "python"), [script, process.env.E2E_DATA ?? "", owner, kind, String(count)]);
}

memberTest("a table of 2,000 documents scrolls smoothly", async ({ page }) => {
  const projectId = await newProject(page, "Many documents");
  seed(projectId, "documents", 2000);
  await page.goto(`/projects/${projectId}/documents/`);
  await expect(page.getByText("2,000 documents", { exact: true })).toBeVisible();
  await page.getByRole("button", { name: "Name" }).click();
  await expect(documentRow(page, "report 0.pdf")).toBeVisible();
  expect(await page.getByRole("row").count(), "only rows in sight are drawn").toBeLessThan(80);
  expect(await frameMs(page, "html", { by: 250, frames: 90 })).toBeLessThan(FRAME_MS);
  await page.keyboard.press("End");
  await expect(documentRow(page, "report 1999.pdf")).toBeVisible();
});

memberTest("a chat of 500 messages scrolls smoothly", async ({ page }) => {
  const projectId = await newProject(page, "Many messages");
  const chatId = await newChat(page, projectId);
  seed(chatId, "messages", 500);
  await page.goto(`/projects/${projectId}/chat/${chatId}/`);
  await expect(page.getByText("Answer 499.")).toBeInViewport();
  const messages = page.getByRole("region", { name: "Messages" });
  await expect(async () => {
    await messages.evaluate((element) => element.scrollTo({ top: 0, behavior: "instant" }));
    await expect(page.getByText("Question 0:")).toBeInViewport({ timeout: 500 });
  }).toPass();
  expect(await page.getByRole("article").count(), "only messages in sight are drawn").toBeLessThan(40);
  expect(await frameMs(page, '[aria-label="Messages"]', { by: 250, frames: 90 })).toBeLessThan(FRAME_MS);
  await page.getByRole("button", { name: "To the latest message" }).click();
  await expect(page.getByText("Answer 499.")).toBeInViewport();
});

memberTest("an answer of 4,000 words is written without jank", async ({ page }) => {
  const paragraphs = Array.from(
    { length: 80 },
    (_, index) => `${index % 8 === 0 ? `## Part ${index / 8 + 1}\n\n` : ""}${sentence(index)}\n\n`,
  );
  const pieces = [...paragraphs.join("").matchAll(/(?:\S+\s+){1,4}/g)].map(([piece]) => piece);
  const server = await serverWithModel({
    answer: async (write) => {
      for (const piece of pieces) {
        write(piece);
        await new Promise((resolve) => setTimeout(resolve, 4));
      }
    },
  });
  try {
    const projectId = await newProject(page, "Long answer");
    await upload(page, projectId, "ferry notes.md");
    await page.goto(`${server.url}/projects/${projectId}/chat/`);
    await page.getByLabel("Your question").fill("Tell me all about the ferry to Sandholm.");
    const answer = page.getByRole("article", { name: "Answer" });
    const spent = await mainThreadMs(page, async () => {
      await page.keyboard.press("Enter");
      await expect(answer).toContainText("That is paragraph 79", { timeout: 90_000 });
      await expect(answer).not.toHaveAttribute("aria-busy", "true");
    });
    expect((await answer.innerText()).split(/\s+/).length).toBeGreaterThan(4000);
    report(`a piece of ${pieces.length}`, spent / pieces.length);
    expect(spent / pieces.length, "each piece of it").toBeLessThan(FRAME_MS / 4);
  } finally {
    await server.close();
  }
});

function sentence(index: number): string {
  const words = "the ferry leaves the harbour on time and comes back **before** the tide has turned again";
  return `${`In short, ${words}, and ${words}, so that ${words}. `.trim()} That is paragraph ${index}.`;
}
