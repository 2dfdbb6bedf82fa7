"use client";

import { SearchX } from "lucide-react";
import Link from "next/link";

import { Badge } from "@/components/ui/badge";
import { Skeleton } from "@/components/ui/skeleton";
import { EmptyState } from "@/components/ui/states";
import { Table, TableCell, TableHead } from "@/components/ui/table";
import { reasonInWords } from "@/features/chat/trace/read-trace";
import { searchNotes, type PreferredDocument } from "@/features/chat/trace/search-notes";
import { SearchNotesView } from "@/features/chat/trace/search-notes-view";
import { ChunkContent } from "@/features/documents/chunk-content";
import type { Candidate, SearchResponse, SearchResult } from "@/lib/api/types";
import { counted, formatDuration } from "@/lib/format";
import { placeInDocument } from "@/lib/place";
import { routes } from "@/lib/routes";

import { Explain } from "./explain";
import { ExplanationCard } from "./explanation-card";
import { figuresOf, headlineOf, type Figure } from "./figures";
import type { Explained } from "./queries";

interface TrialResultsProps {
  projectId: string;
  response: SearchResponse;
  onOnly: (documents: readonly PreferredDocument[]) => void;
  /** What is asked about, if anything. */
  explained: Explained | undefined;
  explaining: boolean;
  onExplain: (wanted: Explained) => void;
}

export function TrialResults({
  projectId,
  response,
  explained,
  explaining,
  onOnly,
  onExplain,
}: TrialResultsProps) {
  const { results, trace, explanation } = response;
  const byChunk = new Map(trace.candidates.map((candidate) => [candidate.chunk_id, candidate]));
  const dropped = trace.candidates.filter(({ kept }) => !kept);
  const total = trace.milliseconds.total;
  const settings = numbersIn(trace.settings);
  return (
    <div className="grid gap-4 p-5">
      <p role="status" className="text-sm text-muted-foreground">
        {counted(results.length, "passage", "passages")} kept of{" "}
        {counted(trace.candidates.length, "candidate", "candidates")}
        {total === undefined ? "" : ` in ${formatDuration(total)}`}
        {trace.queries.length > 1 ? `, with ${counted(trace.queries.length, "query", "queries")}` : ""}
      </p>
      <SearchNotesView notes={searchNotes(trace)} onOnly={onOnly} />
      {results.length === 0 ? (
        <EmptyState icon={SearchX} title="Nothing was similar enough" className="py-6">
          Lower the least similarity, or check that the documents are completed.
        </EmptyState>
      ) : null}
      <ol className="grid gap-3">
        {results.map((result, index) => (
          <li key={result.chunk_id}>
            <Result
              projectId={projectId}
              result={result}
              rank={index + 1}
              candidate={byChunk.get(result.chunk_id)}
              headline={headlineOf(result, byChunk.get(result.chunk_id), trace)}
            />
          </li>
        ))}
      </ol>
      <Explain projectId={projectId} explained={explained} busy={explaining} onExplain={onExplain} />
      <div aria-live="polite" aria-busy={explaining} className="empty:hidden">
        {explaining ? <Skeleton className="h-32 rounded-lg" /> : null}
        {explanation && !explaining ? (
          <ExplanationCard projectId={projectId} explanation={explanation} settings={settings} />
        ) : null}
      </div>
      {trace.queries.length > 1 ? (
        <details className="text-sm">
          <summary className="w-fit rounded-sm text-muted-foreground hover:text-foreground">
            Queries run
          </summary>
          <ul className="mt-2 list-disc space-y-1 pl-5">
            {trace.queries.map((query) => (
              <li key={query}>{query}</li>
            ))}
          </ul>
        </details>
      ) : null}
      {dropped.length > 0 ? (
        <details className="text-sm">
          <summary className="w-fit rounded-sm text-muted-foreground hover:text-foreground">
            {counted(dropped.length, "candidate", "candidates")} dropped
          </summary>
          <Dropped candidates={dropped} settings={settings} />
        </details>
      ) : null}
    </div>
  );
}

function numbersIn(settings: Record<string, unknown>): ReadonlyMap<string, number> {
  return new Map(
    Object.entries(settings).flatMap(([name, value]) => (typeof value === "number" ? [[name, value]] : [])),
  );
}

interface ResultProps {
  projectId: string;
  result: SearchResult;
  rank: number;
  candidate: Candidate | undefined;
  headline: Figure;
}

function Result({ projectId, result, rank, candidate, headline: [figure, value] }: ResultProps) {
  const { char_start: start, char_end: end } = result.passage;
  const place = placeInDocument(result);
  return (
    <article aria-label={`Passage ${rank}`} className="grid gap-2 rounded-lg border p-3.5">
      <header className="flex items-baseline gap-2 text-sm">
        <span className="font-mono text-xs text-muted-foreground tabular-nums">{rank}</span>
        <Link
          href={`${routes.document(projectId, result.document_id)}?chunk=${result.chunk_id}`}
          prefetch={false}
          className="min-w-0 truncate rounded-sm font-medium underline-offset-4 hover:underline"
        >
          {result.document_name}
        </Link>
        {place === null ? null : <span className="shrink-0 text-xs text-muted-foreground">{place}</span>}
        <span className="ml-auto shrink-0 text-xs text-muted-foreground">
          {figure} <span className="font-mono text-foreground tabular-nums">{value}</span>
        </span>
      </header>
      {result.heading_path.length > 0 ? (
        <p className="truncate text-xs text-muted-foreground">{result.heading_path.join(" › ")}</p>
      ) : null}
      <div className="max-h-48 overflow-y-auto text-sm leading-relaxed" tabIndex={0}>
        {result.tables.length > 0 ? (
          <ChunkContent text={result.content} tables={result.tables} />
        ) : (
          <p className="break-words whitespace-pre-wrap text-muted-foreground">
            {compact(result.content.slice(0, start))}
            <span className="text-foreground">{compact(result.content.slice(start, end))}</span>
            {compact(result.content.slice(end))}
          </p>
        )}
      </div>
      {candidate ? <Figures candidate={candidate} /> : null}
    </article>
  );
}

/** Without the empty lines between paragraphs: there is little room. */
function compact(text: string): string {
  return text.replace(/\n\s*\n/g, "\n");
}

function Figures({ candidate }: { candidate: Candidate }) {
  const figures = figuresOf(candidate);
  return (
    <ul className="flex flex-wrap gap-1.5" aria-label="Figures">
      {figures.map(([name, value]) => (
        <li key={name}>
          <Badge className="gap-1 font-normal">
            {name} <span className="font-mono text-foreground tabular-nums">{value}</span>
          </Badge>
        </li>
      ))}
    </ul>
  );
}

const SHOWN_DROPPED = 50;

interface DroppedProps {
  candidates: readonly Candidate[];
  settings: ReadonlyMap<string, number>;
}

function Dropped({ candidates, settings }: DroppedProps) {
  return (
    <Table className="mt-2 text-xs">
      <thead>
        <tr>
          <TableHead>Document</TableHead>
          <TableHead>Figures</TableHead>
          <TableHead>Why</TableHead>
        </tr>
      </thead>
      <tbody>
        {candidates.slice(0, SHOWN_DROPPED).map((candidate) => (
          <tr key={candidate.chunk_id}>
            <TableCell className="max-w-48 truncate">
              {candidate.document_name}
              {candidate.page_number === null ? "" : `, page ${candidate.page_number}`}
            </TableCell>
            <TableCell className="whitespace-nowrap tabular-nums">
              {figuresOf(candidate)
                .map(([name, value]) => `${name} ${value}`)
                .join(" · ")}
            </TableCell>
            <TableCell>
              {candidate.dropped_because ? reasonInWords(candidate.dropped_because, settings) : null}
            </TableCell>
          </tr>
        ))}
      </tbody>
    </Table>
  );
}
