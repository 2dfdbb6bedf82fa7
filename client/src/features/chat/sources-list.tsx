"use client";

import { FileText, Globe } from "lucide-react";

import type { Citation } from "@/lib/api/types";
import { cn } from "@/lib/cn";
import { formatNumber } from "@/lib/format";

import { placeOf } from "./citation-chip";
import { useCitations } from "./citation-context";
import { placeAsLabel } from "@/lib/place";

/** The sources of an answer, each with its place and how well it matched. */
export function SourcesList({ citations }: { citations: readonly Citation[] }) {
  if (citations.length === 0) return null;
  return (
    <div role="group" aria-label="Sources" className="grid gap-2">
      <h3 className="text-xs font-medium text-muted-foreground">Sources</h3>
      <ol className="grid gap-2 sm:grid-cols-2">
        {citations.map((citation) => (
          <li key={citation.number} className="min-w-0">
            <SourceCard citation={citation} />
          </li>
        ))}
      </ol>
    </div>
  );
}

function SourceCard({ citation }: { citation: Citation }) {
  const { openNumber, open } = useCitations();
  const isOpen = openNumber === citation.number;
  const Icon = citation.document_id === null || citation.url ? Globe : FileText;
  return (
    <button
      type="button"
      aria-pressed={isOpen}
      aria-label={`Source ${citation.number}: ${placeOf(citation)}, score ${formatNumber(citation.score, 2)}`}
      onClick={() => open(citation.number)}
      className={cn(
        "flex w-full items-center gap-2.5 rounded-lg border bg-surface px-2.5 py-2 text-left text-sm transition-colors hover:border-input hover:bg-accent",
        isOpen && "border-primary bg-primary-soft hover:border-primary hover:bg-primary-soft",
      )}
    >
      <span
        className={cn(
          "grid size-5 shrink-0 place-items-center rounded-sm text-[0.6875rem] font-semibold tabular-nums",
          isOpen ? "bg-primary text-primary-foreground" : "bg-primary-soft text-primary-text",
        )}
      >
        {citation.number}
      </span>
      <span className="grid min-w-0 flex-1">
        <bdi className="truncate font-medium">{citation.document_name}</bdi>
        <span className="flex items-center gap-1.5 text-xs text-muted-foreground">
          <Icon aria-hidden className="size-3 shrink-0" />
          <span className="truncate">{placeAsLabel(citation) ?? hostOf(citation.url) ?? "Passage"}</span>
        </span>
      </span>
      <span
        title="How well the passage matched"
        className="shrink-0 text-xs text-muted-foreground tabular-nums"
      >
        {formatNumber(citation.score, 2)}
      </span>
    </button>
  );
}

function hostOf(address: string | null): string | null {
  if (!address) return null;
  try {
    return new URL(address).host;
  } catch {
    return null;
  }
}
