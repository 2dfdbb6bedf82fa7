import { cn } from "@/lib/cn";

import type { Piece } from "./passage";

/** A paragraph with the passage marked, and in it, more strongly, the sentences that the answer rests on. */
export function MarkedParagraph({ pieces, soft }: { pieces: readonly Piece[]; soft: boolean }) {
  return (
    <p dir="auto">
      {pieces.map(({ text, marked, quoted }, index) =>
        marked || quoted ? (
          <mark
            key={index}
            data-quoted={quoted || undefined}
            className={cn(
              "rounded-sm box-decoration-clone px-0.5",
              quoted || !soft ? "bg-highlight text-highlight-foreground" : "bg-highlight/20 text-foreground",
            )}
          >
            {text}
          </mark>
        ) : (
          text
        ),
      )}
    </p>
  );
}

/** Brings what the answer rests on into view: the sentence, or else the passage. */
export function showMark(element: HTMLElement | null) {
  const mark = element?.querySelector("mark[data-quoted]") ?? element?.querySelector("mark");
  mark?.scrollIntoView({ block: "center" });
}
