import { accessSync, constants } from "node:fs";
import path from "node:path";

const NAMES = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"];
const APPLICATIONS = [
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

/** The browser of this machine; `CHROMIUM` names another. */
export function chromium(): string {
  const named = process.env.CHROMIUM;
  const folders = (process.env.PATH ?? "").split(path.delimiter).filter(Boolean);
  const candidates = named
    ? [named]
    : [...NAMES.flatMap((name) => folders.map((folder) => path.join(folder, name))), ...APPLICATIONS];
  const found = candidates.find(isExecutable);
  if (found !== undefined) return found;
  throw new Error(
    named
      ? `CHROMIUM names ${JSON.stringify(named)}, which is no program. Set it to the path of a Chromium or Chrome.`
      : "The browser tests need Chromium, and this machine has none. On Debian: apt-get install chromium. " +
          "Elsewhere, set CHROMIUM to the path of a Chromium or Chrome.",
  );
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
