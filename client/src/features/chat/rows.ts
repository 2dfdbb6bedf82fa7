import type { Citation, Message } from "@/lib/api/types";

import { citationsOf, textOf } from "./answer-message";
import type { LiveState } from "./live-answer";

/** One message as the page shows it: stored, or still on its way. */
export interface Row {
  key: string;
  /** Null while the server has not named it yet. */
  id: string | null;
  role: "user" | "assistant";
  content: string;
  citations: readonly Citation[];
  status: Message["status"];
  /** The stored message, once there is one. */
  stored: Message | null;
  /** For an answer: the stored question before it, which asking again replaces. */
  question: { id: string | null; content: string } | null;
}

const rowsOfStored = new WeakMap<Message, Row>();

function storedRow(message: Message, question: Message | null): Row {
  const known = rowsOfStored.get(message);
  if (known?.question?.id === question?.id && known?.question?.content === question?.content && known)
    return known;
  const row: Row = {
    key: message.id,
    id: message.id,
    role: message.role,
    content: message.content,
    citations: message.citations,
    status: message.status,
    stored: message,
    question: question && { id: question.id, content: question.content },
  };
  rowsOfStored.set(message, row);
  return row;
}

export function storedRows(messages: readonly Message[]): Row[] {
  let question: Message | null = null;
  return messages.map((message) => {
    if (message.role === "user") question = message;
    return storedRow(message, message.role === "assistant" ? question : null);
  });
}

/** The rows of the exchange that is on its way: the question, and the answer as far as it is written. */
export function liveRows({ question, messages, failure, over }: LiveState): Row[] {
  if (question === null) return [];
  const answer = messages.findLast(({ role }) => role === "assistant");
  const questionId = answer?.metadata?.user_message_id ?? null;
  const asked: Row = {
    key: questionId ?? "asked",
    id: questionId,
    role: "user",
    content: question,
    citations: [],
    status: "completed",
    stored: null,
    question: null,
  };
  if (!answer) return over ? [asked] : [asked, AWAITED];
  const ended = answer.metadata?.status ?? (failure ? "failed" : "stopped");
  return [
    asked,
    {
      key: answer.id,
      id: answer.id,
      role: "assistant",
      content: textOf(answer),
      citations: citationsOf(answer),
      status: over ? ended : "streaming",
      stored: null,
      question: { id: questionId, content: question },
    },
  ];
}

/** Stands for the answer until the server has begun it. */
const AWAITED: Row = {
  key: "awaited",
  id: null,
  role: "assistant",
  content: "",
  citations: [],
  status: "streaming",
  stored: null,
  question: null,
};

/** Whether what is stored can take the place of what was live: the answer is there and is not being written any more. */
export function isSettled(stored: readonly Message[], live: readonly Row[]): boolean {
  const answer = live.findLast(({ role }) => role === "assistant");
  const message = answer && stored.find(({ id }) => id === answer.id);
  return message !== undefined && message.status !== "streaming";
}

/** Stored messages up to what the live exchange replaces, and then the live exchange. */
export function withLive(stored: readonly Message[], live: Row[], replaces: string | null): Row[] {
  if (live.length === 0) return storedRows(stored);
  const own = new Set(live.flatMap(({ id }) => (id ? [id] : [])));
  const at = stored.findIndex(({ id }) => id === replaces);
  const kept = (at < 0 ? stored : stored.slice(0, at)).filter(({ id }) => !own.has(id));
  return [...storedRows(kept), ...live];
}
