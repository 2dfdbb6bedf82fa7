import { beforeEach, describe, expect, it, vi } from "vitest";

import { createAnswerChat } from "./answer-chat";
import { citationsOf, textOf } from "./answer-message";
import { answerTransport } from "./chat-stream";
import { readDraft, writeDraft } from "./drafts";
import { createMissingParts } from "@/lib/missing-parts";

import { LiveAnswer, type Ask } from "./live-answer";

const CITATION = {
  number: 1,
  chunk_id: "c1",
  document_id: "d1",
  document_name: "report.pdf",
  page_number: 4,
  content: "Net sales were 90.1 billion.",
  score: 0.71,
  locations: [{ page: 4, x0: 0.1, y0: 0.2, x1: 0.9, y1: 0.22 }],
  url: null,
};

const START = {
  type: "start",
  messageId: "m2",
  messageMetadata: {
    chat_id: "chat",
    chat_title: "Net sales",
    user_message_id: "m1",
    created_at: "2026-01-01",
  },
};
const ANSWER = [
  START,
  { type: "data-status", data: { stage: "checking", query: null }, transient: true },
  { type: "data-status", data: { stage: "searching", query: "net sales" }, transient: true },
  { type: "text-start", id: "answer" },
  { type: "text-delta", id: "answer", delta: "Sales rose" },
  { type: "data-citations", id: "citations", data: { citations: [CITATION] } },
  { type: "text-delta", id: "answer", delta: " [1]." },
  { type: "text-end", id: "answer" },
  { type: "finish", messageMetadata: { status: "completed", usage: { total_ms: 12 } } },
];

/** Bytes as the server writes them, with a ping between, and cut where no event ends. */
function bytesOf(parts: readonly object[], done = true): Uint8Array[] {
  const events = parts.map((part) => `data: ${JSON.stringify(part)}\n\n`);
  events.splice(2, 0, ": ping - 2026-01-01 00:00:00\n\n");
  const bytes = new TextEncoder().encode(events.join("") + (done ? "data: [DONE]\n\n" : ""));
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += 37) pieces.push(bytes.slice(at, at + 37));
  return pieces;
}

function streamOf(pieces: readonly Uint8Array[], failure?: Error): Response {
  const left = [...pieces];
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      const piece = left.shift();
      if (piece) controller.enqueue(piece);
      else if (failure) controller.error(failure);
      else controller.close();
    },
  });
  return new Response(body, { headers: { "content-type": "text/event-stream" } });
}

function liveAnswer(respond: (init: RequestInit | undefined) => Response | Promise<Response>) {
  const requests: Request[] = [];
  const fetchStream: typeof fetch = async (input, init) => {
    requests.push(new Request(input, init));
    return respond(init);
  };
  const hooks = { onStored: vi.fn(), onOver: vi.fn().mockResolvedValue(undefined) };
  const live = new LiveAnswer("chat", hooks, () =>
    Promise.resolve((chatId, events) =>
      createAnswerChat(chatId, events, answerTransport(chatId, fetchStream)),
    ),
  );
  return { live, hooks, requests };
}

function written(live: LiveAnswer): string {
  const last = live.get().chat?.lastMessage;
  return last ? textOf(last) : "";
}

const ASK: Ask = { question: "How were sales?", replaces: null, draftKey: "chat:chat", documentIds: [] };

beforeEach(() => localStorage.clear());

describe("an answer that streams", () => {
  it("is asked for as the server wants it", async () => {
    const { live, requests } = liveAnswer(() => streamOf(bytesOf(ANSWER)));
    await live.ask({ ...ASK, replaces: "m0", documentIds: ["d1", "d2"] });
    const [request] = requests;
    expect(request?.url).toMatch(/\/api\/chats\/chat\/messages$/);
    expect(request?.method).toBe("POST");
    expect(request?.headers.get("accept")).toBe("text/event-stream");
    expect(await request?.json()).toEqual({
      content: "How were sales?",
      replaces_message_id: "m0",
      document_ids: ["d1", "d2"],
    });
  });

  it("is read by the protocol's own parser: text, citations, metadata", async () => {
    const { live, hooks } = liveAnswer(() => streamOf(bytesOf(ANSWER)));
    await live.ask(ASK);
    const answer = live.get().messages.at(-1);
    expect(answer?.id).toBe("m2");
    expect(answer && textOf(answer)).toBe("Sales rose [1].");
    expect(answer && citationsOf(answer)).toEqual([CITATION]);
    expect(answer?.metadata).toMatchObject({ user_message_id: "m1", status: "completed" });
    expect(hooks.onStored).toHaveBeenCalledExactlyOnceWith("Net sales");
    expect(hooks.onOver).toHaveBeenCalledOnce();
  });

  it("tells its stages, which are no part of the message", async () => {
    const { live } = liveAnswer(() => streamOf(bytesOf(ANSWER)));
    const stages = new Set<string>();
    live.subscribe(() => {
      const stage = live.get().progress?.stage;
      if (stage) stages.add(stage);
    });
    await live.ask(ASK);
    expect([...stages]).toEqual(["sending", "checking", "searching"]);
    expect(
      live
        .get()
        .messages.at(-1)
        ?.parts.map(({ type }) => type),
    ).toEqual(["text", "data-citations"]);
  });

  it("takes another set of citations in the place of the one before", async () => {
    const more = {
      type: "data-citations",
      id: "citations",
      data: { citations: [CITATION, { ...CITATION, number: 2 }] },
    };
    const { live } = liveAnswer(() => streamOf(bytesOf([...ANSWER.slice(0, -2), more, ...ANSWER.slice(-2)])));
    await live.ask(ASK);
    const answer = live.get().messages.at(-1);
    expect(answer && citationsOf(answer).map(({ number }) => number)).toEqual([1, 2]);
  });
});

describe("an answer that fails", () => {
  it("says the server's sentence, and that the question is stored", async () => {
    const failed = [
      ...ANSWER.slice(0, 5),
      {
        type: "data-error",
        data: { code: "x", detail: "The model is away. Ask again.", retry_after_s: null },
        transient: true,
      },
      { type: "error", errorText: "The model is away. Ask again." },
      { type: "finish", messageMetadata: { status: "failed", usage: null } },
    ];
    const { live, hooks } = liveAnswer(() => streamOf(bytesOf(failed)));
    await live.ask(ASK);
    expect(live.get().failure).toEqual({ detail: "The model is away. Ask again.", unsent: null });
    expect(hooks.onOver).toHaveBeenCalledOnce();
  });

  it("keeps what was written when the connection breaks", async () => {
    const { live, hooks } = liveAnswer(() =>
      streamOf(bytesOf(ANSWER.slice(0, 5), false), new TypeError("network error")),
    );
    await live.ask(ASK);
    expect(live.get().failure?.detail).toMatch(/connection was lost/);
    const answer = live.get().messages.at(-1);
    expect(answer && textOf(answer)).toBe("Sales rose");
    expect(hooks.onOver).toHaveBeenCalledOnce();
  });

  it("gives the draft back when the question never arrived", async () => {
    const { ApiError } = await import("@/lib/api/errors");
    const busy = new ApiError({
      type: "",
      title: "",
      status: 409,
      detail: "This chat is still answering.",
      code: "chat_busy",
    });
    const { live, hooks } = liveAnswer(() => Promise.reject(busy));
    writeDraft("chat:chat", "How were sales?");
    const asked = live.ask(ASK);
    expect(readDraft("chat:chat")).toBe("");
    await asked;
    expect(readDraft("chat:chat")).toBe("How were sales?");
    expect(live.get().failure).toEqual({ detail: "This chat is still answering.", unsent: ASK });
    expect(live.get().question).toBeNull();
    expect(hooks.onStored).not.toHaveBeenCalled();
    expect(hooks.onOver).not.toHaveBeenCalled();
  });

  it("can be sent again", async () => {
    let tries = 0;
    const { live } = liveAnswer(() => {
      tries += 1;
      return tries === 1 ? Promise.reject(new Error("no")) : streamOf(bytesOf(ANSWER));
    });
    await live.ask(ASK);
    await live.retry();
    expect(live.get().failure).toBeNull();
    expect(live.get().messages).toHaveLength(2);
  });
});

describe("an answer that is stopped", () => {
  it("ends the request and keeps what was written", async () => {
    let aborted = false;
    const { live, hooks } = liveAnswer((init) => {
      const pieces = bytesOf(ANSWER.slice(0, 5), false);
      const body = new ReadableStream<Uint8Array>({
        start(controller) {
          pieces.forEach((piece) => controller.enqueue(piece));
          init?.signal?.addEventListener("abort", () => {
            aborted = true;
            controller.error(new DOMException("Aborted", "AbortError"));
          });
        },
      });
      return new Response(body);
    });
    const asked = live.ask(ASK);
    await vi.waitFor(() => expect(written(live)).toBe("Sales rose"));
    await live.stop();
    await asked;
    expect(aborted).toBe(true);
    expect(live.get().failure).toBeNull();
    expect(hooks.onOver).toHaveBeenCalledOnce();
    expect(readDraft("chat:chat")).toBe("");
  });
});

describe("an answer whose code has not come", () => {
  function waitingAnswer() {
    const parts = createMissingParts();
    let here = false;
    const requests: string[] = [];
    const fetchStream: typeof fetch = (input) => {
      requests.push(new Request(input).url);
      return Promise.resolve(streamOf(bytesOf(ANSWER)));
    };
    const hooks = { onStored: vi.fn(), onOver: vi.fn().mockResolvedValue(undefined) };
    const live = new LiveAnswer("chat", hooks, (signal) =>
      parts.arrival(
        () =>
          here
            ? Promise.resolve((chatId, events) =>
                createAnswerChat(chatId, events, answerTransport(chatId, fetchStream)),
              )
            : Promise.reject(new Error("Failed to load chunk")),
        signal,
      ),
    );
    return { live, parts, requests, arrive: () => void (here = true) };
  }

  it("is no lost connection: the question waits, and is sent when the code is there", async () => {
    const { live, parts, requests, arrive } = waitingAnswer();
    const asked = live.ask(ASK);
    await vi.waitFor(() => expect(parts.anyMissing()).toBe(true));
    expect(live.get()).toMatchObject({ question: "How were sales?", failure: null, over: false });
    arrive();
    parts.retry();
    await asked;
    expect(requests).toHaveLength(1);
    expect(written(live)).toBe("Sales rose [1].");
  });

  it("gives the question back when it is stopped", async () => {
    const { live, parts, requests, arrive } = waitingAnswer();
    writeDraft("chat:chat", "How were sales?");
    const asked = live.ask(ASK);
    await vi.waitFor(() => expect(parts.anyMissing()).toBe(true));
    await live.stop();
    await asked;
    expect(parts.anyMissing()).toBe(false);
    expect(live.get()).toMatchObject({ question: null, failure: null, over: true });
    expect(readDraft("chat:chat")).toBe("How were sales?");
    arrive();
    await live.ask(ASK);
    expect(requests).toHaveLength(1);
  });
});
