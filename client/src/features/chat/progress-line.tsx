import { Loader2 } from "lucide-react";

import { counted } from "@/lib/format";

import type { Progress } from "./live-answer";

/** What is being done for an answer, in words. */
export function progressSentence({ stage, query }: Progress, documentCount: number | undefined): string {
  switch (stage) {
    case "sending":
      return "Sending the question…";
    case "checking":
      return "Checking the question…";
    case "planning":
      return "Working out what to search for…";
    case "searching": {
      const where =
        documentCount === undefined ? "the documents" : counted(documentCount, "document", "documents");
      return query ? `Searching ${where} for “${query}”…` : `Searching ${where}…`;
    }
    case "answering":
      return "Reading the passages…";
    default:
      return "Working…";
  }
}

export function ProgressLine({ sentence }: { sentence: string }) {
  return (
    <p className="flex min-w-0 items-center gap-2 text-sm text-muted-foreground">
      <Loader2 aria-hidden className="size-4 shrink-0 animate-spin text-primary-text" />
      <bdi className="truncate">{sentence}</bdi>
    </p>
  );
}
