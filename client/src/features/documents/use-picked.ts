"use client";

import { useCallback, useMemo } from "react";

import { moveDraft, useDraft } from "@/lib/use-draft";

import type { Picked } from "./document-picker";

const MOST = 1000;

export function storedPicks(text: string): Picked[] {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value.filter(isPicked).slice(0, MOST) : [];
  } catch {
    return [];
  }
}

function isPicked(value: unknown): value is Picked {
  return (
    typeof value === "object" &&
    value !== null &&
    "id" in value &&
    typeof value.id === "string" &&
    "name" in value &&
    typeof value.name === "string"
  );
}

const draftKey = (key: string) => `picked:${key}`;

export function movePicked(from: string, to: string) {
  moveDraft(draftKey(from), draftKey(to));
}

/** The documents that were ticked in one place of this tab; they are still ticked when the page is loaded again. */
export function usePicked(
  key: string,
): [picked: readonly Picked[], pick: (picked: readonly Picked[]) => void] {
  const [text, setText] = useDraft(draftKey(key));
  const picked = useMemo(() => storedPicks(text), [text]);
  const pick = useCallback(
    (next: readonly Picked[]) => setText(next.length > 0 ? JSON.stringify(next.slice(0, MOST)) : ""),
    [setText],
  );
  return [picked, pick];
}
