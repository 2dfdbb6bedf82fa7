"use client";

import { useCallback, useEffect, useRef, useState } from "react";

const PREFIX = "opentrace-draft:";

function read(key: string): string | null {
  try {
    return sessionStorage.getItem(PREFIX + key);
  } catch {
    return null;
  }
}

function write(key: string, text: string) {
  try {
    if (text === "") sessionStorage.removeItem(PREFIX + key);
    else sessionStorage.setItem(PREFIX + key, text);
  } catch {
    // Storage is full or switched off: the text lives as long as the page.
  }
}

/** The text goes on under another name: of something that was not there when it was begun. */
export function moveDraft(from: string, to: string) {
  write(to, read(from) ?? "");
  write(from, "");
}

/** Text that somebody is writing: kept by this tab until it is sent or cleared, also when the page is loaded again. */
export function useDraft(key: string): [text: string, setText: (text: string) => void] {
  const [text, setText] = useState("");
  const current = useRef(key);

  useEffect(() => {
    current.current = key;
    // The server rendered no draft: the stored one comes after hydration.
    // eslint-disable-next-line react-hooks/set-state-in-effect -- an effect is the first moment at which it can be read
    setText(read(key) ?? "");
  }, [key]);

  const set = useCallback((next: string) => {
    setText(next);
    write(current.current, next);
  }, []);
  return [text, set];
}
