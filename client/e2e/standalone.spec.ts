import { existsSync } from "node:fs";
import path from "node:path";

import {
  documentRow,
  expect,
  expectStrict,
  newAccount,
  newProject,
  REPORT,
  signUp,
  test as base,
  upload,
} from "./fixtures";
import { freePort, run } from "./processes";
import { serverWithModel } from "./scripted-model";

const FOLDER = path.resolve(import.meta.dirname, "..", ".next-standalone", "standalone");

/** Lets a test say when the model goes on writing. */
function gate() {
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { open, opened };
}

const middle = gate();

/** All of a test's addresses are those of the Node server, which passes the API on. */
const test = base.extend<object, { standaloneUrl: string }>({
  standaloneUrl: [
    async ({}, provide) => {
      if (!existsSync(path.join(FOLDER, "server.js")))
        throw new Error("Run: make test-browser, which builds it.");
      const server = await serverWithModel({
        answer: async (write) => {
          write("The Aurora holds ");
          await middle.opened;
          write("4,600 kilowatt hours [1].");
        },
      });
      const port = await freePort();
      const url = `http://localhost:${port}`;
      const stop = await run({
        command: process.execPath,
        arguments: ["server.js"],
        folder: FOLDER,
        environment: { PORT: String(port), HOSTNAME: "127.0.0.1", OPENTRACE_SERVER_URL: server.url },
        readyUrl: `${url}/sign-in/`,
      });
      await provide(url);
      await stop();
      await server.close();
    },
    { scope: "worker", timeout: 180_000 },
  ],
  baseURL: async ({ standaloneUrl }, provide) => provide(standaloneUrl),
});

test("the standalone output passes the API on, streams unbuffered, and gives each page its nonce", async ({
  page,
  context,
}) => {
  await signUp(context, newAccount());
  const projectId = await newProject(page, "Standalone");
  await upload(page, projectId, REPORT);
  await documentRow(page, REPORT).getByRole("link", { name: REPORT }).click();
  await expect(page.locator('[data-page-number="1"] canvas').first()).toBeVisible();

  await page.getByRole("navigation", { name: "Project" }).getByRole("link", { name: "Chat" }).click();
  await page.getByLabel("Your question").fill("How many kilowatt hours do the batteries of the Aurora hold?");
  await page.keyboard.press("Enter");
  const answer = page.getByRole("article", { name: "Answer" });
  await expect(answer).toContainText("The Aurora holds");
  await expect(answer).toHaveAttribute("aria-busy", "true");
  middle.open();
  await expect(answer).toContainText("4,600 kilowatt hours");
  await expect(answer).not.toHaveAttribute("aria-busy", "true");

  const nonces = new Set<string>();
  for (const address of [
    page.url(),
    page.url(),
    `/projects/${projectId}/documents/`,
    "/account/",
    "/sign-in/",
  ]) {
    const response = await page.goto(address);
    expect(response?.status()).toBe(200);
    expectStrict(response);
    const [nonce = ""] = /'nonce-[^']+'/.exec(response?.headers()["content-security-policy"] ?? "") ?? [];
    nonces.add(nonce);
  }
  expect(nonces.size, "no nonce is used twice").toBe(5);
  await page.goto(`/projects/${projectId}/chat/`);
  await page.getByRole("link", { name: /kilowatt hours/ }).click();
  await expect(page).toHaveURL(/\/chat\/[0-9a-f-]{36}\/$/);
  await page.reload();
  await expect(answer).toContainText("4,600 kilowatt hours");
});
