import { describe, expect, it } from "vitest";

import type { ChatWithMessages, Message } from "@/lib/api/types";

import { withEarlier, withFeedback, withNewest } from "./thread-cache";

function thread(ids: string[], next_cursor: string | null = null): ChatWithMessages {
  const messages = ids.map((id): Partial<Message> => ({
    id,
    chat_id: "chat",
    role: "user",
    content: id,
    citations: [],
    grounding: [],
    suggestions: [],
    feedback: null,
    status: "completed",
    usage: null,
    created_at: "2026-01-01T00:00:00Z",
  })) as Message[];
  const chat: Partial<ChatWithMessages> = {
    id: "chat",
    project_id: "p",
    title: "t",
    created_at: "",
    updated_at: "",
  };
  return { ...chat, messages, next_cursor } as ChatWithMessages;
}

const idsOf = ({ messages }: ChatWithMessages) => messages.map(({ id }) => id);

describe("the messages that are known of a chat", () => {
  it("are the newest page at first", () => {
    expect(idsOf(withNewest(undefined, thread(["c", "d"])))).toEqual(["c", "d"]);
  });

  it("keep what was loaded before the newest page", () => {
    const merged = withNewest(thread(["a", "b", "c"], "before-a"), thread(["c", "d"], "before-c"));
    expect(idsOf(merged)).toEqual(["a", "b", "c", "d"]);
    expect(merged.next_cursor).toBe("before-a");
  });

  it("lose what was replaced on the server", () => {
    expect(idsOf(withNewest(thread(["a", "b", "c", "d"]), thread(["b", "e"], "x")))).toEqual(["a", "b", "e"]);
  });

  it("are the newest page alone where there is a gap", () => {
    const merged = withNewest(thread(["a", "b"], null), thread(["x", "y"], "before-x"));
    expect(idsOf(merged)).toEqual(["x", "y"]);
    expect(merged.next_cursor).toBe("before-x");
  });

  it("grow at their beginning", () => {
    const merged = withEarlier(thread(["c"], "before-c"), thread(["a", "b", "c"], null));
    expect(idsOf(merged)).toEqual(["a", "b", "c"]);
    expect(merged.next_cursor).toBeNull();
  });

  it("take a rating", () => {
    const feedback = { rating: "up", comment: null, created_at: "", updated_at: "" } as const;
    const rated = withFeedback(thread(["a", "b"]), "b", feedback);
    expect(rated.messages.map((message) => message.feedback?.rating)).toEqual([undefined, "up"]);
  });
});
