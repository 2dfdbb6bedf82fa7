"use client";

import { useConfig } from "@/features/session/queries";

/** Who answers: without a language model the answers are the documents' own sentences, and that is said. */
export function ChatFootnote() {
  const chat = useConfig().data?.models.chat;
  if (!chat) return null;
  return chat.extractive
    ? "Answers quote your documents: no language model is set up."
    : "Answers come from a language model. Check them against their sources.";
}
