/** A chat model behind the OpenAI wire format on loopback, and a server of Opentrace that answers with it. */
import { readFileSync } from "node:fs";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";

import { BIN, freePort, run } from "./processes";

export interface ScriptedModel {
  /** Writes the answer of the next question. */
  answer: (write: (text: string) => void) => Promise<void>;
}

/** A second server on the database of the first, for tests whose answers must be long, or be written in steps. */
export async function serverWithModel(
  model: ScriptedModel,
  environment: Record<string, string> = {},
): Promise<{ url: string; close: () => Promise<void> }> {
  const api = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk: Buffer) => (body += chunk.toString()));
    request.on("end", () => {
      const { stream } = JSON.parse(body) as { stream?: boolean };
      if (stream) void write(model, response);
      else response.writeHead(400).end(JSON.stringify({ error: { message: "It only streams." } }));
    });
  });
  await new Promise<void>((resolve) => api.listen(0, "127.0.0.1", resolve));
  const { port: modelPort } = api.address() as AddressInfo;

  const data = process.env.E2E_DATA ?? "";
  const running = JSON.parse(readFileSync(path.join(data, "run.json"), "utf8")) as {
    database_url: string;
    redis_url: string;
  };
  const port = await freePort();
  const url = `http://localhost:${port}`;
  const stop = await run({
    command: path.join(BIN, "opentrace"),
    arguments: ["serve", "--port", String(port), "--data-dir", data],
    folder: path.dirname(data),
    environment: {
      OPENTRACE_DATABASE_URL: running.database_url,
      OPENTRACE_REDIS_URL: running.redis_url,
      OPENTRACE_OPENAI_BASE_URL: `http://127.0.0.1:${modelPort}/v1`,
      OPENTRACE_CHAT_MODEL: "scripted",
      OPENTRACE_SIGN_UP: "open",
      ...environment,
    },
    readyUrl: `${url}/ready`,
  });
  const close = async () => {
    await stop();
    api.closeAllConnections();
    api.close();
  };
  return { url, close };
}

async function write(model: ScriptedModel, response: ServerResponse): Promise<void> {
  response.writeHead(200, { "content-type": "text/event-stream" });
  const send = (delta: object, finish_reason: string | null = null) => {
    const choices = [{ index: 0, delta, finish_reason }];
    const chunk = { id: "answer", object: "chat.completion.chunk", created: 0, model: "scripted", choices };
    response.write(`data: ${JSON.stringify(chunk)}\n\n`);
  };
  send({ role: "assistant", content: "" });
  await model.answer((content) => send({ content }));
  send({}, "stop");
  response.end("data: [DONE]\n\n");
}
