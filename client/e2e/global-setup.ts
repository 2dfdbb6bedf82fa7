import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

import { BIN, freePort, REPOSITORY, run } from "./processes";

/** Makes the documents and starts all of Opentrace (database, queue, worker, server) on data of its own. */
export default async function globalSetup(): Promise<() => Promise<void>> {
  const folder = mkdtempSync(path.join(tmpdir(), "opentrace-e2e-"));
  const documents = path.join(folder, "documents");
  execFileSync(path.join(BIN, "python"), ["-m", "client.e2e.make_documents", documents], { cwd: REPOSITORY });
  const data = path.join(folder, "data");
  const port = await freePort();
  const url = `http://localhost:${port}`;
  const stop = await run({
    command: path.join(BIN, "opentrace"),
    arguments: ["up", "--port", String(port), "--data-dir", data],
    folder,
    environment: { OPENTRACE_SIGN_UP: "open" },
    readyUrl: `${url}/ready`,
  });
  Object.assign(process.env, { E2E_DOCUMENTS: documents, E2E_DATA: data, E2E_URL: url });
  return async () => {
    await stop();
    rmSync(folder, { recursive: true, force: true });
  };
}
