"use client";

import { ChevronLeft, ChevronRight, FileText } from "lucide-react";
import Link from "next/link";
import { useRef, type ReactNode } from "react";

import { Button } from "@/components/ui/button";
import { ExternalLink } from "@/components/external-link";
import { Skeleton } from "@/components/ui/skeleton";
import { Tooltip } from "@/components/ui/tooltip";
import { PdfViewer } from "@/features/documents/pdf-viewer";
import { useDocument } from "@/features/documents/queries";
import { ApiError } from "@/lib/api/errors";
import type { Citation } from "@/lib/api/types";
import { formatNumber } from "@/lib/format";
import { routes } from "@/lib/routes";

import { placeAsLabel } from "@/lib/place";
import { useMediaQuery } from "../use-media-query";
import { ChunkText, PassageText } from "./chunk-text";
import { MarkedParagraph } from "./marked-passage";
import { paragraphsOf, quotesIn } from "./passage";
import { isOfDocument, type DocumentCitation } from "./queries";

interface SourceViewProps {
  projectId: string;
  citation: Citation;
  citations: readonly Citation[];
  /** What the answer says with this citation behind it. */
  claims: readonly string[];
  onNumber: (number: number) => void;
}

/** A citation in its document: the page with its lines highlighted, or the text with the passage marked. */
export function SourceView({ projectId, citation, citations, claims, onNumber }: SourceViewProps) {
  return (
    <>
      <SourceBar projectId={projectId} citation={citation} citations={citations} onNumber={onNumber} />
      {isOfDocument(citation) ? (
        <SourceBody key={citation.document_id} citation={citation} claims={claims} />
      ) : (
        <PassageText
          key={citation.url}
          citation={citation}
          note="This is what a web search showed of the page."
        />
      )}
    </>
  );
}

function SourceBar({ projectId, citation, citations, onNumber }: Omit<SourceViewProps, "claims">) {
  const at = citations.findIndex(({ number }) => number === citation.number);
  const step = (by: number) => {
    const next = citations[at + by];
    return next ? () => onNumber(next.number) : undefined;
  };
  return (
    <div className="flex min-h-11 shrink-0 flex-wrap items-center gap-x-3 border-b px-4 py-1 text-sm text-muted-foreground">
      <span className="tabular-nums">{placeAsLabel(citation)}</span>
      <span className="tabular-nums" title="How well the passage matched">
        Score {formatNumber(citation.score, 2)}
      </span>
      <span className="flex-1" />
      {citations.length > 1 ? (
        <div className="flex items-center">
          <Step label="Source before" onClick={step(-1)}>
            <ChevronLeft aria-hidden />
          </Step>
          <span className="px-1 text-xs whitespace-nowrap tabular-nums">
            {formatNumber(at + 1)} of {formatNumber(citations.length)}
          </span>
          <Step label="Next source" onClick={step(1)}>
            <ChevronRight aria-hidden />
          </Step>
        </div>
      ) : null}
      {citation.url ? (
        <ExternalLink address={citation.url} words={citation.url}>
          Page
        </ExternalLink>
      ) : null}
      {isOfDocument(citation) ? (
        <Button asChild variant="quiet" size="sm" className="-mr-2 px-2">
          <Link href={routes.document(projectId, citation.document_id)} prefetch={false}>
            <FileText aria-hidden />
            <span className="max-sm:sr-only">Document</span>
          </Link>
        </Button>
      ) : null}
    </div>
  );
}

interface StepProps {
  label: string;
  onClick: (() => void) | undefined;
  children: ReactNode;
}

function Step({ label, onClick, children }: StepProps) {
  return (
    <Tooltip content={label}>
      <Button
        variant="quiet"
        size="icon-sm"
        aria-label={label}
        aria-disabled={onClick ? undefined : true}
        onClick={onClick}
      >
        {children}
      </Button>
    </Tooltip>
  );
}

interface SourceBodyProps {
  citation: DocumentCitation;
  claims: readonly string[];
}

function SourceBody({ citation, claims }: SourceBodyProps) {
  const document = useDocument(citation.document_id);
  if (document.isPending) {
    return (
      <div aria-busy aria-label="The source is being loaded" className="grid gap-3 p-5">
        <Skeleton className="h-4 w-full" />
        <Skeleton className="h-4 w-5/6" />
        <Skeleton className="h-4 w-2/3" />
      </div>
    );
  }
  if (!document.data) {
    const gone = document.error instanceof ApiError && document.error.status === 404;
    return (
      <PassageText
        citation={citation}
        note={
          gone
            ? "The document was deleted. This is the passage as it stood when the answer was written."
            : "The document cannot be reached at the moment. This is the passage as it was quoted."
        }
        onRetry={gone ? undefined : () => void document.refetch()}
      />
    );
  }
  if (document.data.content_type === "application/pdf" && citation.page_number !== null) {
    return (
      <>
        <PassageAsText content={citation.content} claims={claims} />
        <PdfViewer
          fileUrl={`/api/documents/${citation.document_id}/file`}
          page={citation.page_number}
          highlights={citation.locations}
        />
      </>
    );
  }
  return <ChunkText key={citation.chunk_id} citation={citation} claims={claims} />;
}

/** Scrolls the passage alone: what lies around it stays where it is. */
function showQuote(text: HTMLElement | null) {
  const mark = text?.querySelector<HTMLElement>("mark");
  if (text && mark) text.scrollTop = mark.offsetTop - text.clientHeight / 3;
}

/** A page is small on a phone, and a picture to a screen reader: the passage can be read as text too. */
function PassageAsText({ content, claims }: { content: string; claims: readonly string[] }) {
  const text = useRef<HTMLQuoteElement>(null);
  const roomy = useMediaQuery("(min-width: 40rem)");
  const whole = [0, content.length] as const;
  const quotes = quotesIn(content, whole, claims);
  return (
    <details
      open={!roomy}
      onToggle={(event) => {
        if (event.currentTarget.open) showQuote(text.current);
      }}
      className="group/passage shrink-0 border-b text-sm"
    >
      <summary className="flex h-9 list-none items-center gap-1.5 px-4 text-muted-foreground hover:text-foreground focus-visible:-outline-offset-2">
        <ChevronRight aria-hidden className="size-4 transition-transform group-open/passage:rotate-90" />
        The passage as text
      </summary>
      <blockquote
        ref={text}
        tabIndex={0}
        className="relative grid max-h-44 gap-2 overflow-y-auto px-4 pb-3 leading-relaxed [overflow-wrap:anywhere] whitespace-pre-wrap focus-visible:-outline-offset-2"
      >
        {paragraphsOf(content, null, quotes).map((pieces, index) => (
          <MarkedParagraph key={index} pieces={pieces} soft />
        ))}
      </blockquote>
    </details>
  );
}
