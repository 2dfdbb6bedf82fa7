import { defineConfig } from "@playwright/test";

import { chromium } from "./e2e/chromium";

/** The tests run against a real server, which `e2e/global-setup.ts` starts, in the browser of this machine. */
export default defineConfig({
  testDir: "e2e",
  globalSetup: "./e2e/global-setup.ts",
  outputDir: "test-results",
  workers: 1,
  timeout: 180_000,
  expect: { timeout: 30_000 },
  forbidOnly: Boolean(process.env.CI),
  // A browser may stall by itself. A test that passes at the second try is listed as flaky.
  retries: process.env.CI ? 1 : 0,
  reporter: [["list"]],
  use: {
    trace: "retain-on-failure",
    viewport: { width: 1280, height: 800 },
    locale: "en-GB",
    timezoneId: "Europe/Berlin",
    launchOptions: {
      executablePath: chromium(),
      // Containers have neither the user namespaces nor the shared memory that Chromium likes to have, and no graphics
      // card: its emulation has been seen to stop drawing for good.
      args: ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"],
    },
  },
});
