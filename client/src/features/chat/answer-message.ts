import type { UIMessage } from "ai";

import type { Citation, Message } from "@/lib/api/types";

export type Stage = "checking" | "planning" | "searching" | "answering";

/** `start` brings the first four, `finish` the others. */
export interface AnswerMetadata {
  chat_id?: string;
  chat_title?: string;
  user_message_id?: string;
  created_at?: string;
  status?: Message["status"];
  usage?: Message["usage"];
}

// A type, as an interface would not count as a record of data parts.
export type AnswerData = {
  status: { stage: Stage; query: string | null };
  citations: { citations: Citation[] };
  error: { code: string; detail: string; retry_after_s: number | null };
};

export type AnswerMessage = UIMessage<AnswerMetadata, AnswerData>;

export function questionOf(messages: readonly AnswerMessage[]): string {
  const question = messages.findLast(({ role }) => role === "user");
  return question ? textOf(question) : "";
}

export function textOf(message: AnswerMessage): string {
  return message.parts.map((part) => (part.type === "text" ? part.text : "")).join("");
}

export function citationsOf(message: AnswerMessage): Citation[] {
  const part = message.parts.findLast(({ type }) => type === "data-citations");
  return part?.type === "data-citations" ? part.data.citations : [];
}
