"use client";

import { useEffect } from "react";

import { lazyPart } from "@/lib/lazy-part";

import { loadChat } from "./live-answer";

// What draws Markdown, and what reads the stream, are large: they come while the messages are being loaded.
const loadMessage = () => import("./message").then((module) => module.Message);
export const Message = lazyPart(loadMessage, ({ row }) => (
  <p className="leading-relaxed break-words whitespace-pre-wrap">{row.content}</p>
));
export const AnswerFeed = lazyPart(() => import("./answer-feed").then((module) => module.AnswerFeed));
const READY_TO_ASK_MS = 800;

/** Begins to load what the first answer needs, once the page itself is there. What fails is tried again when needed. */
export function usePreparedChat() {
  useEffect(() => {
    const quietly = (load: () => Promise<unknown>) => void load().catch(() => undefined);
    quietly(loadMessage);
    const timer = setTimeout(() => quietly(loadChat), READY_TO_ASK_MS);
    return () => clearTimeout(timer);
  }, []);
}
