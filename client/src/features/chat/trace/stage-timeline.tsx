import { cn } from "@/lib/cn";
import { formatDuration } from "@/lib/format";

import type { StageView } from "./read-trace";
import { timelineOf } from "./timeline";

interface StageTimelineProps {
  stages: readonly StageView[];
  totalMs: number | null;
  firstTokenMs: number | null;
}

const COLOURS: Readonly<Record<string, string>> = {
  guardrail: "bg-warning-text/70",
  search: "bg-primary",
  web_search: "bg-primary",
  model_call: "bg-success-text/70",
};

/** Each step as a bar on the axis of time. */
export function StageTimeline({ stages, totalMs, firstTokenMs }: StageTimelineProps) {
  const { bars, ticks, totalMs: whole } = timelineOf(stages, totalMs);
  return (
    <div className="rounded-lg border p-3">
      <ol className="grid grid-cols-[minmax(0,1fr)] gap-2.5">
        {bars.map(({ stage, left, width }, index) => (
          <li key={index} className="grid grid-cols-[minmax(0,1fr)] gap-1">
            <div className="flex items-baseline justify-between gap-3 text-sm">
              <span className="min-w-0 truncate">
                <span className={cn("font-medium", stage.failed && "text-danger-text")}>{stage.label}</span>
                {stage.detail ? <bdi className="ml-2 text-muted-foreground">{stage.detail}</bdi> : null}
              </span>
              <span className="shrink-0 text-xs text-muted-foreground tabular-nums">
                {stage.durationMs === null ? "not ended" : formatDuration(stage.durationMs)}
              </span>
            </div>
            <div aria-hidden className="relative h-1.5 rounded-full bg-muted">
              <div
                className={cn(
                  "absolute inset-y-0 rounded-full",
                  stage.failed ? "bg-danger" : (COLOURS[stage.name] ?? "bg-muted-foreground"),
                )}
                style={{ left: `${left * 100}%`, width: `${width * 100}%` }}
              />
              {firstTokenMs === null ? null : (
                <div
                  className="absolute -inset-y-0.5 w-px bg-foreground/60"
                  style={{ left: `${Math.min(100, (firstTokenMs / whole) * 100)}%` }}
                />
              )}
            </div>
          </li>
        ))}
      </ol>
      <div aria-hidden className="relative mt-2 h-4 text-[0.6875rem] text-muted-foreground tabular-nums">
        {ticks.map(({ ms, left }) => (
          <span
            key={ms}
            className={cn(
              "absolute whitespace-nowrap",
              left > 0.94 ? "right-0" : left > 0.02 && "-translate-x-1/2",
            )}
            style={left > 0.94 ? undefined : { left: `${left * 100}%` }}
          >
            {formatDuration(ms)}
          </span>
        ))}
      </div>
      {firstTokenMs === null ? null : (
        <p className="mt-1 text-xs text-muted-foreground">
          The thin line is the first word, after {formatDuration(firstTokenMs)}.
        </p>
      )}
    </div>
  );
}
