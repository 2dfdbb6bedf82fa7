"use client";

import { useEffect, useRef, type ReactNode } from "react";

import { Button } from "@/components/ui/button";
import { Skeleton } from "@/components/ui/skeleton";
import { HtmlTableView } from "@/features/documents/html-table-view";
import { sentenceOf } from "@/lib/api/errors";
import type { Chunk, Citation } from "@/lib/api/types";

import { ExternalLink } from "@/components/external-link";
import { MarkedParagraph, showMark } from "./marked-passage";
import { locatePassage, paragraphsOf, quotesIn } from "./passage";
import { useCitedChunk, type DocumentCitation } from "./queries";

interface ChunkTextProps {
  citation: DocumentCitation;
  claims: readonly string[];
}

/** The chunk that was cited, as text, with the passage marked and in view. */
export function ChunkText({ citation, claims }: ChunkTextProps) {
  const chunk = useCitedChunk(citation, true);
  if (chunk.isPending) {
    return (
      <div aria-busy aria-label="The text is being loaded" className="grid gap-3 p-5">
        <Skeleton className="h-4 w-full" />
        <Skeleton className="h-4 w-11/12" />
        <Skeleton className="h-4 w-3/4" />
      </div>
    );
  }
  if (!chunk.data) {
    return chunk.isError ? (
      <PassageText citation={citation} note={sentenceOf(chunk.error)} onRetry={() => void chunk.refetch()} />
    ) : (
      <PassageText
        citation={citation}
        note="The document was read again since. This is the passage as it stood when the answer was written."
      />
    );
  }
  return <FoundChunk chunk={chunk.data} citation={citation} claims={claims} />;
}

interface FoundChunkProps {
  chunk: Chunk;
  citation: Citation;
  claims: readonly string[];
}

function FoundChunk({ chunk, citation, claims }: FoundChunkProps) {
  const text = useRef<HTMLDivElement>(null);
  useEffect(() => {
    showMark(text.current);
  }, [citation]);
  const place = locatePassage(chunk.content, citation.content);
  const quotes = quotesIn(chunk.content, place, claims);
  const paragraphs = paragraphsOf(chunk.content, place, quotes);
  return (
    <Scroller>
      {chunk.heading_path.length > 0 ? (
        <p className="text-xs text-muted-foreground">
          {chunk.heading_path.map((heading, index) => (
            <span key={index}>
              {index > 0 ? <span aria-hidden> › </span> : null}
              <bdi>{heading}</bdi>
            </span>
          ))}
        </p>
      ) : null}
      <div
        ref={text}
        className="grid gap-3 leading-relaxed [overflow-wrap:anywhere] whitespace-pre-wrap *:min-w-0"
      >
        {paragraphs.map((pieces, index) => (
          <MarkedParagraph key={index} pieces={pieces} soft={quotes.length > 0} />
        ))}
      </div>
      {chunk.original_content.tables.map((html, index) => (
        <HtmlTableView key={index} html={html} />
      ))}
    </Scroller>
  );
}

interface PassageTextProps {
  citation: Citation;
  /** Why there is no more than the passage. */
  note: string;
  onRetry?: (() => void) | undefined;
}

/** The passage alone, as it was kept with the answer. */
export function PassageText({ citation, note, onRetry }: PassageTextProps) {
  return (
    <Scroller>
      <p className="rounded-md bg-muted px-3 py-2 text-sm text-muted-foreground">{note}</p>
      {citation.url ? (
        <p className="text-sm">
          <ExternalLink address={citation.url} words={citation.url}>
            <bdi className="break-all">{citation.url}</bdi>
          </ExternalLink>
        </p>
      ) : null}
      <blockquote
        dir="auto"
        className="border-s-2 border-primary ps-4 leading-relaxed [overflow-wrap:anywhere] whitespace-pre-wrap"
      >
        {citation.content}
      </blockquote>
      {onRetry ? (
        <Button size="sm" className="justify-self-start" onClick={onRetry}>
          Try again
        </Button>
      ) : null}
    </Scroller>
  );
}

function Scroller({ children }: { children: ReactNode }) {
  return (
    <div
      tabIndex={0}
      role="region"
      aria-label="Passage"
      className="grid min-h-0 flex-1 content-start gap-4 overflow-y-auto p-5 focus-visible:-outline-offset-2"
    >
      {children}
    </div>
  );
}
