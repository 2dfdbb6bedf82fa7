"use client";

import { useQuery } from "@tanstack/react-query";
import { useMemo, type ReactNode } from "react";

import { Button } from "@/components/ui/button";
import { Skeleton } from "@/components/ui/skeleton";
import { ErrorState } from "@/components/ui/states";
import { api, bodyOf } from "@/lib/api/client";
import { sentenceOf } from "@/lib/api/errors";
import type { Citation } from "@/lib/api/types";
import { formatDuration, formatNumber } from "@/lib/format";

import { chatKeys } from "../queries";
import { FlaggedPassages } from "./flagged-passages";
import { readTrace, type TraceOfAnswer } from "./read-trace";
import { SearchTrace } from "./search-trace";
import { checkName } from "./stage-names";
import { StageTimeline } from "./stage-timeline";
import { WebSearchTrace } from "./web-search-trace";

interface TraceViewProps {
  messageId: string;
  citations: readonly Citation[];
  onOpenSource: (number: number) => void;
}

/** How an answer came about: its steps in time, what was searched, what was found, and what became of it. */
export function TraceView({ messageId, citations, onOpenSource }: TraceViewProps) {
  const trace = useQuery({
    queryKey: chatKeys.trace(messageId),
    queryFn: ({ signal }) =>
      bodyOf(
        api.GET("/api/messages/{message_id}/trace", { params: { path: { message_id: messageId } }, signal }),
      ),
    select: readTrace,
  });
  if (trace.isPending) {
    return (
      <div aria-busy aria-label="The trace is being loaded" className="grid gap-3 p-5">
        <Skeleton className="h-24 w-full" />
        <Skeleton className="h-4 w-2/3" />
        <Skeleton className="h-40 w-full" />
      </div>
    );
  }
  if (!trace.data) {
    return (
      <ErrorState
        title="The trace could not be loaded"
        detail={sentenceOf(trace.error)}
        actions={<Button onClick={() => void trace.refetch()}>Try again</Button>}
      />
    );
  }
  return <TraceContent trace={trace.data} citations={citations} onOpenSource={onOpenSource} />;
}

interface TraceContentProps {
  trace: TraceOfAnswer;
  citations: readonly Citation[];
  onOpenSource: (number: number) => void;
}

function TraceContent({ trace, citations, onOpenSource }: TraceContentProps) {
  const cited = useMemo(
    () => new Map(citations.flatMap(({ chunk_id, number }) => (chunk_id ? [[chunk_id, number]] : []))),
    [citations],
  );
  if (trace.stages.length === 0) {
    return (
      <p className="p-5 text-sm text-muted-foreground">
        There is no trace of this answer: it was stopped before its first step was done.
      </p>
    );
  }
  return (
    <div
      tabIndex={0}
      role="region"
      aria-label="Trace"
      className="grid min-h-0 flex-1 content-start gap-7 overflow-y-auto p-5 *:min-w-0 focus-visible:-outline-offset-2"
    >
      <Facts trace={trace} />
      {trace.error ? (
        <p role="alert" className="rounded-md bg-danger-soft px-3 py-2 text-sm text-danger-text">
          {trace.error}
        </p>
      ) : null}
      <Part title="Steps">
        <StageTimeline stages={trace.stages} totalMs={trace.totalMs} firstTokenMs={trace.firstTokenMs} />
      </Part>
      {trace.flagged.length > 0 ? (
        <Part title="Instructions in passages">
          <FlaggedPassages passages={trace.flagged} />
        </Part>
      ) : null}
      {trace.webSearches.map((search, index) => (
        <Part key={index} title="Search of the web">
          <WebSearchTrace search={search} />
        </Part>
      ))}
      {trace.searches.map((search, index) => (
        <Part key={index} title={trace.searches.length > 1 ? `Search ${formatNumber(index + 1)}` : "Search"}>
          <SearchTrace search={search} cited={cited} onOpenSource={onOpenSource} />
        </Part>
      ))}
    </div>
  );
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="grid gap-3 *:min-w-0">
      <h3 className="text-sm font-semibold tracking-tight">{title}</h3>
      {children}
    </section>
  );
}

function Facts({ trace }: { trace: TraceOfAnswer }) {
  const facts: [string, string | null][] = [
    ["Question", trace.question],
    ["Understood as", trace.standalone],
    ["Stopped by", trace.refusal ? stoppedBy(trace.refusal) : null],
    ["Answered by", trace.model === "extractive" ? "Sentences of the documents, no model" : trace.model],
    ["In all", trace.totalMs === null ? null : formatDuration(trace.totalMs)],
    ["First word after", trace.firstTokenMs === null ? null : formatDuration(trace.firstTokenMs)],
    ["Tokens", tokensOf(trace)],
  ];
  return (
    <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-1.5 text-sm">
      {facts.map(([name, value]) =>
        value === null ? null : (
          <div key={name} className="contents">
            <dt className="text-muted-foreground">{name}</dt>
            <dd className="line-clamp-4 min-w-0 [overflow-wrap:anywhere] tabular-nums">
              <bdi>{value}</bdi>
            </dd>
          </div>
        ),
      )}
    </dl>
  );
}

function stoppedBy({ check, reason }: NonNullable<TraceOfAnswer["refusal"]>): string {
  return `the check “${checkName(check)}”${reason ? `: ${reason}` : ""}`;
}

function tokensOf({ inputTokens, outputTokens }: TraceOfAnswer): string | null {
  if (inputTokens === null || outputTokens === null) return null;
  return `${formatNumber(inputTokens)} read, ${formatNumber(outputTokens)} written`;
}
