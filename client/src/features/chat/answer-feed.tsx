"use client";

import { useChat, type Chat } from "@ai-sdk/react";
import { useEffect } from "react";

import type { AnswerMessage } from "./answer-message";

const DRAWN_EVERY_MS = 50;

interface AnswerFeedProps {
  chat: Chat<AnswerMessage>;
  onMessages: (messages: readonly AnswerMessage[]) => void;
}

/** Hands on what comes in, so often as can be read. Shows nothing itself. */
export function AnswerFeed({ chat, onMessages }: AnswerFeedProps) {
  const { messages } = useChat({ chat, experimental_throttle: DRAWN_EVERY_MS });
  useEffect(() => onMessages(messages), [messages, onMessages]);
  return null;
}
