import { describe, expect, it } from "vitest";

import type { Message } from "@/lib/api/types";

import type { AnswerMessage } from "./answer-message";
import type { LiveState } from "./live-answer";
import { isSettled, liveRows, storedRows, withLive } from "./rows";

function message(id: string, role: Message["role"], changes: Partial<Message> = {}): Message {
  const known: Partial<Message> = {
    id,
    chat_id: "chat",
    role,
    content: id,
    citations: [],
    grounding: [],
    suggestions: [],
    feedback: null,
    status: "completed",
    usage: null,
    created_at: "2026-01-01T00:00:00Z",
    ...changes,
  };
  return known as Message;
}

const STORED = [
  message("q1", "user"),
  message("a1", "assistant"),
  message("q2", "user"),
  message("a2", "assistant"),
];

function live(changes: Partial<LiveState> = {}): LiveState {
  const answer: AnswerMessage = {
    id: "a3",
    role: "assistant",
    metadata: { user_message_id: "q3" },
    parts: [{ type: "text", text: "So far" }],
  };
  return {
    question: "Third?",
    replaces: null,
    messages: [{ id: "local", role: "user", parts: [{ type: "text", text: "Third?" }] }, answer],
    progress: null,
    failure: null,
    over: false,
    chat: null,
    ...changes,
  };
}

describe("rows of a chat", () => {
  it("know for each answer the question that it answers", () => {
    expect(storedRows(STORED)[3]?.question).toEqual({ id: "q2", content: "q2" });
  });

  it("stay the same objects while their messages do", () => {
    expect(storedRows(STORED)[1]).toBe(storedRows([...STORED])[1]);
  });

  it("show a place for the answer from the moment of asking", () => {
    const rows = liveRows(live({ messages: [] }));
    expect(rows.map(({ role, status }) => [role, status])).toEqual([
      ["user", "completed"],
      ["assistant", "streaming"],
    ]);
  });

  it("put the live exchange after what is stored", () => {
    expect(withLive(STORED, liveRows(live()), null).map(({ key }) => key)).toEqual([
      "q1",
      "a1",
      "q2",
      "a2",
      "q3",
      "a3",
    ]);
  });

  it("leave out what the live exchange replaces, and what of it is stored already", () => {
    const stored = [...STORED, message("q3", "user"), message("a3", "assistant", { status: "streaming" })];
    expect(withLive(stored, liveRows(live()), "q2").map(({ key }) => key)).toEqual(["q1", "a1", "q3", "a3"]);
  });

  it("wait for the stored answer to be ended before they show it", () => {
    const over = liveRows(live({ over: true }));
    expect(isSettled(STORED, over)).toBe(false);
    expect(isSettled([...STORED, message("a3", "assistant", { status: "streaming" })], over)).toBe(false);
    expect(isSettled([...STORED, message("a3", "assistant", { status: "stopped" })], over)).toBe(true);
  });

  it("say how an exchange ended before that is stored", () => {
    expect(liveRows(live({ over: true })).at(-1)?.status).toBe("stopped");
    expect(liveRows(live({ over: true, failure: { detail: "x", unsent: null } })).at(-1)?.status).toBe(
      "failed",
    );
  });
});
