"use client";

import { useQuery } from "@tanstack/react-query";
import { Download, FileText, Loader2 } from "lucide-react";

import { Button } from "@/components/ui/button";
import { EmptyState, ErrorState } from "@/components/ui/states";
import { errorOfResponse, sentenceOf } from "@/lib/api/errors";
import type { Chunk, Document } from "@/lib/api/types";
import { lazyPart } from "@/lib/lazy-part";

import { kindOf } from "./file-kinds";
import { markedParts } from "./marked-parts";

const PdfViewer = lazyPart(() => import("./pdf-viewer").then((module) => module.PdfViewer), <Waiting />);

interface OriginalProps {
  document: Document;
  /** The chunk whose place is shown. */
  chunk: Chunk | null;
  /** A page that was asked for by itself. */
  page?: number | null;
}

const NO_PLACES: Chunk["locations"] = [];

/** The file as its owner knows it: a PDF page by page, a text as text; other kinds open in their own program. */
export function Original({ document, chunk, page = null }: OriginalProps) {
  const fileUrl = `/api/documents/${document.id}/file`;
  if (document.status === "uploading") {
    return (
      <EmptyState icon={Loader2} title="The file is still on its way" className="h-full rounded-xl border" />
    );
  }
  if (document.content_type === "application/pdf") {
    return (
      <div className="flex min-h-0 flex-1 flex-col overflow-hidden rounded-xl border bg-muted max-lg:h-full">
        <PdfViewer
          fileUrl={fileUrl}
          page={page ?? chunk?.page_number ?? 1}
          highlights={chunk?.locations ?? NO_PLACES}
        />
      </div>
    );
  }
  if (document.content_type.startsWith("text/") && document.content_type !== "text/html") {
    return <TextFile fileUrl={fileUrl} documentId={document.id} chunk={chunk} />;
  }
  return (
    <EmptyState
      icon={FileText}
      title={`${kindOf(document.content_type)} files open in their own program`}
      className="h-full rounded-xl border"
      actions={
        <Button asChild>
          <a href={fileUrl} target="_blank" rel="noopener noreferrer">
            <Download aria-hidden /> Open original
          </a>
        </Button>
      }
    >
      Everything that was read from it is in its chunks.
    </EmptyState>
  );
}

function Waiting() {
  return (
    <div role="status" className="grid h-full min-h-40 place-items-center text-muted-foreground">
      <Loader2 aria-label="Loading the original" className="size-5 animate-spin" />
    </div>
  );
}

const SHOWN_CHARS = 400_000;

interface TextFileProps {
  fileUrl: string;
  documentId: string;
  chunk: Chunk | null;
}

function TextFile({ fileUrl, documentId, chunk }: TextFileProps) {
  const text = useQuery({
    queryKey: ["document", documentId, "text"],
    staleTime: Infinity,
    queryFn: async ({ signal }) => {
      const response = await fetch(fileUrl, { signal });
      if (!response.ok) throw await errorOfResponse(response);
      return (await response.text()).slice(0, SHOWN_CHARS);
    },
  });
  if (text.isError) {
    return (
      <ErrorState
        title="The original could not be loaded"
        detail={sentenceOf(text.error)}
        actions={<Button onClick={() => void text.refetch()}>Try again</Button>}
      />
    );
  }
  if (text.data === undefined) return <Waiting />;
  const [before, marked, after] = markedParts(text.data, chunk?.original_content.text ?? "");
  return (
    <pre
      tabIndex={0}
      aria-label="Text of the original"
      className="min-h-0 flex-1 overflow-auto rounded-xl border bg-surface p-5 font-mono text-xs leading-relaxed break-words whitespace-pre-wrap max-lg:h-full"
    >
      {before}
      {marked ? (
        <mark ref={scrollHere} key={chunk?.id} className="rounded-sm bg-highlight text-highlight-foreground">
          {marked}
        </mark>
      ) : null}
      {after}
    </pre>
  );
}

function scrollHere(element: HTMLElement | null) {
  element?.scrollIntoView({ block: "center" });
}
