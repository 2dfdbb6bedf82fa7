import path from "node:path";

import {
  test as base,
  expect,
  type APIRequestContext,
  type BrowserContext,
  type Page,
  type Response,
} from "@playwright/test";

export interface Account {
  email: string;
  password: string;
}

interface Fixtures {
  /** Somebody who is signed in, with nothing of their own yet. */
  account: Account;
  /** What the page's console complained of; a test that expects a complaint takes it out. */
  complaints: string[];
}

let people = 0;

export function newAccount(): Account {
  people += 1;
  return { email: `person-${Date.now()}-${people}@example.org`, password: "a few words I remember" };
}

export async function signUp(context: BrowserContext | APIRequestContext, account: Account): Promise<void> {
  const request = "request" in context ? context.request : context;
  const response = await request.post("/api/auth/sign-up", { data: account, headers: SAME_SITE });
  expect(response.status()).toBe(201);
}

/** Said inside the worker of pdf.js, to nobody, when a document is closed before it is open; no page ever hears of it. */
const PDF_CLOSED_WHILE_OPENING = /^Worker (task )?was terminated$/;

/** What a browser sends with requests of the application's own pages. */
export const SAME_SITE = { "sec-fetch-site": "same-origin" };

export const test = base.extend<Fixtures>({
  baseURL: async ({}, provide) => provide(process.env.E2E_URL),

  account: async ({ context }, provide) => {
    const account = newAccount();
    await signUp(context, account);
    await provide(account);
  },

  complaints: [
    async ({ page }, provide) => {
      const complaints: string[] = [];
      page.on("pageerror", ({ message }) => {
        if (!PDF_CLOSED_WHILE_OPENING.test(message)) complaints.push(`uncaught: ${message}`);
      });
      page.on("console", (message) => {
        if (message.type() === "error") complaints.push(message.text());
      });
      await provide(complaints);
      expect(complaints, "nothing went wrong unseen").toEqual([]);
    },
    { auto: true },
  ],
});

/** Tests of somebody who is signed in. */
export const memberTest = test.extend<{ email: string }>({
  email: [async ({ account }, provide) => provide(account.email), { auto: true }],
});

export { expect };

/** A page may run its own scripts, and no others. Complaints of the browser about it are complaints of the test. */
export function expectStrict(response: Response | null): void {
  const policy = response?.headers()["content-security-policy"] ?? "";
  const scripts = policy.split("; ").find((part) => part.startsWith("script-src")) ?? "";
  expect(scripts, response?.url()).toContain("'self'");
  expect(scripts).not.toMatch(/unsafe-inline|unsafe-eval|https?:|\*/);
}

/** A document that the tests upload; `make_documents.py` wrote it. */
export function documentPath(name: string): string {
  return path.join(process.env.E2E_DOCUMENTS ?? "", name);
}

export const REPORT = "Northwind annual report 2025.pdf";

/** Makes a project by the API, for tests that are not about making one. */
export async function newProject(page: Page, name: string): Promise<string> {
  const response = await page.request.post("/api/projects", { data: { name }, headers: SAME_SITE });
  expect(response.status()).toBe(201);
  return ((await response.json()) as { id: string }).id;
}

export async function newChat(page: Page, projectId: string): Promise<string> {
  const response = await page.request.post(`/api/projects/${projectId}/chats`, {
    data: {},
    headers: SAME_SITE,
  });
  expect(response.status()).toBe(201);
  return ((await response.json()) as { id: string }).id;
}

/** Uploads files on a project's documents page, and waits until each has been read. */
export async function upload(page: Page, projectId: string, ...names: string[]): Promise<void> {
  await page.goto(`/projects/${projectId}/documents/`);
  await page.getByTestId("file-input").setInputFiles(names.map(documentPath));
  for (const name of names) {
    await expect(documentRow(page, name).getByText("Completed")).toBeVisible({ timeout: 60_000 });
  }
}

export function documentRow(page: Page, name: string) {
  return page.getByRole("row").filter({ has: page.getByRole("link", { name, exact: true }) });
}

/** Takes out complaints that a test brings about on purpose. */
export function forget(complaints: string[], expected: RegExp) {
  complaints.splice(0, complaints.length, ...complaints.filter((text) => !expected.test(text)));
}
