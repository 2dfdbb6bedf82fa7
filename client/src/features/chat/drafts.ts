"use client";

import { useCallback, useSyncExternalStore } from "react";

/** Text that is not sent yet. It is kept at every keystroke, so that no reload, crash or failed request loses it. */
const PREFIX = "opentrace-draft:";

export const draftKeys = {
  chat: (chatId: string) => `chat:${chatId}`,
  newChat: (projectId: string) => `new:${projectId}`,
  edit: (messageId: string) => `edit:${messageId}`,
};

const listeners = new Set<() => void>();
// What is written here counts even where the browser keeps nothing for this page.
const unsaved = new Map<string, string>();

export function readDraft(key: string): string {
  const text = unsaved.get(key);
  if (text !== undefined) return text;
  try {
    return localStorage.getItem(PREFIX + key) ?? "";
  } catch {
    return "";
  }
}

export function writeDraft(key: string, text: string) {
  try {
    if (text === "") localStorage.removeItem(PREFIX + key);
    else localStorage.setItem(PREFIX + key, text);
    unsaved.delete(key);
  } catch {
    unsaved.set(key, text);
  }
  listeners.forEach((listener) => listener());
}

const held = (key: string) => `${key}:held`;

/** The text is on its way to the server: its field is free, but the text is kept. */
export function holdDraft(key: string) {
  writeDraft(held(key), readDraft(key));
  writeDraft(key, "");
}

/** The server has the text. */
export function releaseDraft(key: string) {
  writeDraft(held(key), "");
}

/** The text did not arrive: put it back, before what was written since. */
export function restoreDraft(key: string) {
  const text = [readDraft(held(key)), readDraft(key)].filter((part) => part.trim() !== "").join("\n\n");
  writeDraft(held(key), "");
  writeDraft(key, text);
}

export function moveDraft(from: string, to: string) {
  writeDraft(to, readDraft(from));
  writeDraft(from, "");
}

function subscribe(listener: () => void) {
  listeners.add(listener);
  window.addEventListener("storage", listener);
  return () => {
    listeners.delete(listener);
    window.removeEventListener("storage", listener);
  };
}

export function useDraft(key: string): [string, (text: string) => void] {
  const text = useSyncExternalStore(
    subscribe,
    () => readDraft(key),
    () => "",
  );
  const write = useCallback((next: string) => writeDraft(key, next), [key]);
  return [text, write];
}
