import { Check, CircleAlert, Circle, Loader2 } from "lucide-react";

import { Progress } from "@/components/ui/progress";
import type { Document } from "@/lib/api/types";
import { cn } from "@/lib/cn";
import { formatDuration } from "@/lib/format";

import { findingsOf, STAGES, type Stage } from "./stage-findings";
import { stageProgress } from "./status";

const STAGE_NAMES: Record<Stage, string> = {
  partitioning: "Partitioning",
  chunking: "Chunking",
  summarising: "Summarising",
  vectorization: "Vectorization",
};

const STAGE_HELP: Record<Stage, string> = {
  partitioning: "The file is taken apart into titles, text, lists and tables.",
  chunking: "What belongs together becomes one passage, under its headings.",
  summarising: "Tables and pictures get a text by which they are found.",
  vectorization: "Each passage gets its vectors, by which its meaning is found.",
};

type State = "done" | "now" | "failed" | "ahead";

function stateOf(stage: Stage, document: Document): State {
  const { status, stage_details: details } = document;
  if (status === "completed") return "done";
  if (status === stage) return "now";
  const began = stage in details;
  const later = STAGES.slice(STAGES.indexOf(stage) + 1).some((next) => next in details);
  if (status === "failed" && began && !later) return "failed";
  return began ? "done" : "ahead";
}

/** What each stage of reading found, and how long it took. */
export function StageList({ document }: { document: Document }) {
  return (
    <ol className="py-4">
      {STAGES.map((stage) => {
        const state = stateOf(stage, document);
        const details = document.stage_details[stage] ?? {};
        const seconds: unknown = details.seconds;
        const progress = state === "now" ? stageProgress(document) : undefined;
        return (
          <li key={stage} className="relative flex gap-4 pb-6 last:pb-0">
            {stage === STAGES.at(-1) ? null : (
              <span aria-hidden className="absolute top-8 bottom-0 left-3.75 w-px bg-border" />
            )}
            <StageMark state={state} />
            <div className="min-w-0 flex-1 pt-0.5">
              <div className="flex items-baseline gap-3">
                <h2 className={cn("font-medium", state === "ahead" && "text-muted-foreground")}>
                  {STAGE_NAMES[stage]}
                </h2>
                {typeof seconds === "number" ? (
                  <span className="ml-auto text-sm text-muted-foreground tabular-nums">
                    {formatDuration(seconds * 1000)}
                  </span>
                ) : null}
              </div>
              <p className="text-sm text-muted-foreground">{STAGE_HELP[stage]}</p>
              {progress === undefined ? null : (
                <Progress label={STAGE_NAMES[stage]} value={progress} className="mt-2" />
              )}
              <Findings findings={findingsOf(details)} />
            </div>
          </li>
        );
      })}
    </ol>
  );
}

function StageMark({ state }: { state: State }) {
  const Icon = { done: Check, now: Loader2, failed: CircleAlert, ahead: Circle }[state];
  return (
    <span
      className={cn(
        "z-1 grid size-8 shrink-0 place-items-center rounded-full border bg-surface",
        state === "done" && "border-transparent bg-success-soft text-success-text",
        state === "now" && "border-transparent bg-primary-soft text-primary-text",
        state === "failed" && "border-transparent bg-danger-soft text-danger-text",
        state === "ahead" && "text-border",
      )}
    >
      <Icon aria-hidden className={cn("size-4", state === "now" && "animate-spin")} />
      <span className="sr-only">
        {{ done: "done", now: "in work", failed: "failed", ahead: "ahead" }[state]}
      </span>
    </span>
  );
}

function Findings({ findings }: { findings: readonly (readonly [name: string, value: string])[] }) {
  if (findings.length === 0) return null;
  return (
    <dl className="mt-3 grid grid-cols-[repeat(auto-fill,minmax(9rem,1fr))] gap-x-4 gap-y-2 rounded-lg bg-muted p-3 text-sm">
      {findings.map(([name, value]) => (
        <div key={name} className="min-w-0">
          <dt className="text-xs text-muted-foreground">{name}</dt>
          <dd className="break-words tabular-nums">{value}</dd>
        </div>
      ))}
    </dl>
  );
}
