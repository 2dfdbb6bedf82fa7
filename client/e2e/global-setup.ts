import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";

const REPOSITORY = path.resolve(import.meta.dirname, "..", "..");
const BIN = path.join(REPOSITORY, ".venv", "bin");
const START_MS = 120_000;
const STOP_MS = 30_000;

/** Makes the documents and starts all of Opentrace (database, queue, worker, server) on data of its own. */
export default async function globalSetup(): Promise<() => Promise<void>> {
  const folder = mkdtempSync(path.join(tmpdir(), "opentrace-e2e-"));
  const documents = path.join(folder, "documents");
  execFileSync(path.join(BIN, "python"), [path.join(import.meta.dirname, "make_documents.py"), documents]);
  process.env.E2E_DOCUMENTS = documents;
  const removeFolder = () => {
    rmSync(folder, { recursive: true, force: true });
    return Promise.resolve();
  };
  if (process.env.E2E_URL) return removeFolder;

  const port = await freePort();
  const log = path.join(folder, "data", "logs");
  const server = spawn(
    path.join(BIN, "opentrace"),
    ["up", "--port", String(port), "--data-dir", path.join(folder, "data")],
    {
      cwd: folder,
      env: { ...process.env, OPENTRACE_SIGN_UP: "open" },
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
  const said: string[] = [];
  server.stdout.on("data", (chunk: Buffer) => said.push(chunk.toString()));
  server.stderr.on("data", (chunk: Buffer) => said.push(chunk.toString()));
  process.env.E2E_URL = `http://localhost:${port}`;
  await ready(process.env.E2E_URL, server, () => `${said.join("")}\n(more in ${log})`);
  return async () => {
    delete process.env.E2E_URL;
    await stop(server);
    await removeFolder();
  };
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === "object" && address ? address.port : 0));
    });
  });
}

async function ready(url: string, server: ChildProcess, said: () => string): Promise<void> {
  const end = Date.now() + START_MS;
  while (Date.now() < end) {
    if (server.exitCode !== null) throw new Error(`Opentrace stopped:\n${said()}`);
    const answered = await fetch(`${url}/ready`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (answered) return;
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
  throw new Error(`Opentrace was not ready in ${START_MS / 1000} s:\n${said()}`);
}

async function stop(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null) return;
  const gone = new Promise((resolve) => server.once("exit", resolve));
  server.kill("SIGTERM");
  const late = setTimeout(() => server.kill("SIGKILL"), STOP_MS);
  await gone;
  clearTimeout(late);
}
