"use client";

import "katex/dist/katex.min.css";

import katex from "katex";
import { useLayoutEffect, useRef } from "react";

interface MathViewProps {
  tex: string;
  display: boolean;
}

/** Typeset by building elements, not from HTML text. Commands that link, load or style are not trusted. */
export function MathView({ tex, display }: MathViewProps) {
  const place = useRef<HTMLSpanElement>(null);
  useLayoutEffect(() => {
    if (!place.current) return;
    katex.render(tex, place.current, {
      displayMode: display,
      throwOnError: false,
      trust: false,
      strict: false,
      maxSize: 20,
      maxExpand: 200,
    });
  }, [tex, display]);
  return <span ref={place} className={display ? "block overflow-x-auto py-1" : undefined} />;
}
