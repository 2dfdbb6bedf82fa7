"use client";

import { lazy, useEffect } from "react";

import { loadChat } from "./live-answer";

// What draws Markdown, and what reads the stream, are large: they come while the messages are being loaded.
const loadMessage = () => import("./message");
export const Message = lazy(loadMessage);
export const AnswerFeed = lazy(() => import("./answer-feed"));
const READY_TO_ASK_MS = 800;

/** Begins to load what the first answer needs, once the page itself is there. */
export function usePreparedChat() {
  useEffect(() => {
    void loadMessage();
    const timer = setTimeout(() => void loadChat(), READY_TO_ASK_MS);
    return () => clearTimeout(timer);
  }, []);
}
