"use client";

import { Tooltip as TooltipPrimitive } from "radix-ui";
import { useMemo } from "react";

import { cn } from "@/lib/cn";
import type { Citation } from "@/lib/api/types";

import { useCitations } from "./citation-context";
import { placeInDocument } from "@/lib/place";
import { excerptOf } from "./source/excerpt";

const chipClasses =
  "mx-0.5 inline-flex h-[1.125rem] min-w-[1.125rem] items-center justify-center rounded-sm px-1 align-[0.14em] text-[0.6875rem] leading-none font-semibold tabular-nums no-underline";

interface CitationChipProps {
  number: number;
  /** The words that rest on it. */
  claim: string;
}

/** `[n]` in an answer: shows its passage, and opens it in its document. */
export function CitationChip({ number, claim }: CitationChipProps) {
  const { byNumber, streaming, openNumber, open } = useCitations();
  const citation = byNumber.get(number);
  if (!citation) {
    return streaming ? (
      <span className={cn(chipClasses, "bg-muted text-muted-foreground")}>{number}</span>
    ) : (
      `[${number}]`
    );
  }
  const isOpen = openNumber === number;
  return (
    <TooltipPrimitive.Provider delayDuration={200}>
      <TooltipPrimitive.Root>
        <TooltipPrimitive.Trigger asChild>
          <button
            type="button"
            aria-label={`Source ${number}: ${placeOf(citation)}`}
            aria-pressed={isOpen}
            onClick={() => open(number)}
            className={cn(
              chipClasses,
              "transition-colors",
              isOpen
                ? "bg-primary text-primary-foreground"
                : "bg-primary-soft text-primary-text hover:bg-primary hover:text-primary-foreground",
            )}
          >
            {number}
          </button>
        </TooltipPrimitive.Trigger>
        <TooltipPrimitive.Portal>
          <TooltipPrimitive.Content
            side="top"
            sideOffset={6}
            collisionPadding={8}
            className="z-50 grid w-96 max-w-[calc(100vw-1rem)] gap-1.5 rounded-lg border bg-surface p-3 text-sm shadow-float data-[state=delayed-open]:animate-fade"
          >
            <PassagePreview citation={citation} claim={claim} />
          </TooltipPrimitive.Content>
        </TooltipPrimitive.Portal>
      </TooltipPrimitive.Root>
    </TooltipPrimitive.Provider>
  );
}

function PassagePreview({ citation, claim }: { citation: Citation; claim: string }) {
  const { before, sentence, after } = useMemo(() => excerptOf(citation.content, claim), [citation, claim]);
  return (
    <>
      <span className="flex items-baseline justify-between gap-3 text-xs text-muted-foreground">
        <bdi className="truncate font-medium text-foreground">{citation.document_name}</bdi>
        <span className="shrink-0 tabular-nums"> {placeInDocument(citation)}</span>
      </span>
      <span dir="auto" className="leading-snug break-words whitespace-pre-line text-muted-foreground">
        {before}
        {sentence ? <span className="text-foreground">{sentence}</span> : null}
        {after}
      </span>
    </>
  );
}

/** "report.pdf, page 4". */
export function placeOf(
  citation: Parameters<typeof placeInDocument>[0] & Pick<Citation, "document_name">,
): string {
  const place = placeInDocument(citation);
  return place === null ? citation.document_name : `${citation.document_name}, ${place}`;
}
