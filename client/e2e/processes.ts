/** Programs that tests start: they answer on a free port of loopback, and end with the test. */
import { spawn, type ChildProcess } from "node:child_process";
import { createServer } from "node:net";
import path from "node:path";

export const REPOSITORY = path.resolve(import.meta.dirname, "..", "..");
export const BIN = path.join(REPOSITORY, ".venv", "bin");

const START_MS = 180_000;
const STOP_MS = 30_000;

export interface Program {
  command: string;
  arguments: string[];
  folder: string;
  environment: Record<string, string>;
  /** Answers with success once the program can be used. */
  readyUrl: string;
}

export async function run(program: Program): Promise<() => Promise<void>> {
  const child = spawn(program.command, program.arguments, {
    cwd: program.folder,
    env: { ...process.env, ...program.environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const said: string[] = [];
  child.stdout.on("data", (chunk: Buffer) => said.push(chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => said.push(chunk.toString()));
  try {
    await ready(program, child, said);
  } catch (error) {
    await stop(child);
    throw error;
  }
  return () => stop(child);
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === "object" && address ? address.port : 0));
    });
  });
}

async function ready({ command, readyUrl }: Program, child: ChildProcess, said: string[]): Promise<void> {
  const end = Date.now() + START_MS;
  while (Date.now() < end) {
    if (child.exitCode !== null) throw new Error(`${command} stopped:\n${said.join("")}`);
    const answered = await fetch(readyUrl).then(
      ({ ok }) => ok,
      () => false,
    );
    if (answered) return;
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
  throw new Error(`${command} was not ready in ${START_MS / 1000} s:\n${said.join("")}`);
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const gone = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGTERM");
  const late = setTimeout(() => child.kill("SIGKILL"), STOP_MS);
  await gone;
  clearTimeout(late);
}
