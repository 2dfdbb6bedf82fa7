"use client";

import { Badge } from "@/components/ui/badge";
import { formatDuration } from "@/lib/format";

import { CandidateTable } from "./candidate-table";
import type { SearchView } from "./read-trace";
import { SearchNotesView } from "./search-notes-view";

const STRATEGIES: Readonly<Record<string, string>> = {
  basic: "By meaning",
  hybrid: "By meaning and words",
  multi_query_vector: "Several queries, by meaning",
  multi_query_hybrid: "Several queries, by meaning and words",
};

const ORIGINS: Readonly<Record<SearchView["origin"], string>> = {
  question: "The question itself",
  follow_up: "The question made to stand alone",
  model: "Query of the model",
};

interface SearchTraceProps {
  search: SearchView;
  cited: ReadonlyMap<string, number>;
  onOpenSource: (number: number) => void;
}

export function SearchTrace({ search, cited, onOpenSource }: SearchTraceProps) {
  const queries = search.queries.length > 0 ? search.queries : [search.query];
  const kept = search.candidates.filter((candidate) => candidate.kept).length;
  return (
    <>
      <div className="flex flex-wrap items-center gap-2">
        {search.strategy ? (
          <Badge tone="primary">{STRATEGIES[search.strategy] ?? search.strategy}</Badge>
        ) : null}
        <Badge>{ORIGINS[search.origin]}</Badge>
        {search.notes.variationsBy ? (
          <Badge>
            {search.notes.variationsBy === "model" ? "Variations by the model" : "Variations by rules"}
          </Badge>
        ) : null}
        {search.notes.reranker ? <Badge>Second ranking: {search.notes.reranker}</Badge> : null}
        {search.milliseconds.map(({ label, value }) => (
          <span key={label} className="text-xs text-muted-foreground tabular-nums">
            {label} {formatDuration(value)}
          </span>
        ))}
      </div>
      <ul aria-label="Queries" className="grid gap-1">
        {queries.map((query, index) => (
          <li
            key={index}
            dir="auto"
            className="rounded-md bg-muted px-3 py-1.5 text-sm [overflow-wrap:anywhere]"
          >
            {query}
          </li>
        ))}
      </ul>
      <SearchNotesView notes={search.notes} />
      {search.candidates.length === 0 ? (
        <p className="text-sm text-muted-foreground">Nothing was found.</p>
      ) : (
        <>
          <p className="text-sm text-muted-foreground">
            {kept} of {search.candidates.length} candidates were kept for the answer.
          </p>
          <CandidateTable
            candidates={search.candidates}
            settings={search.settings}
            cited={cited}
            onOpenSource={onOpenSource}
          />
        </>
      )}
    </>
  );
}
