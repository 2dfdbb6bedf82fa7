"use client";

import { Gauge } from "lucide-react";

import { Button } from "@/components/ui/button";
import { Popover, PopoverContent, PopoverTrigger } from "@/components/ui/popover";
import { counted, formatDateTime, formatDollars, formatDuration, formatNumber } from "@/lib/format";

import type { AnswerUsage } from "./usage";

interface UsageButtonProps {
  usage: AnswerUsage;
  createdAt: string;
}

/** How long an answer took, and behind it all that it used. */
export function UsageButton({ usage, createdAt }: UsageButtonProps) {
  const { totalMs, inputTokens, outputTokens, costUsd } = usage;
  if (totalMs === null) return null;
  const tokens = (inputTokens ?? 0) + (outputTokens ?? 0);
  return (
    <Popover>
      <PopoverTrigger asChild>
        <Button
          variant="quiet"
          size="sm"
          className="-mr-2 ml-auto px-2 text-xs font-normal tabular-nums"
          aria-label={`What the answer took: ${formatDuration(totalMs)}`}
        >
          {tokens > 0 ? <span className="max-sm:hidden">{counted(tokens, "token", "tokens")} ·</span> : null}
          {costUsd === null ? null : <span className="max-sm:hidden">{formatDollars(costUsd)} ·</span>}
          {formatDuration(totalMs)}
          <Gauge aria-hidden />
        </Button>
      </PopoverTrigger>
      <PopoverContent aria-label="What the answer took" align="end" side="top" className="grid gap-3 text-sm">
        <UsageDetails usage={usage} createdAt={createdAt} />
      </PopoverContent>
    </Popover>
  );
}

function UsageDetails({ usage, createdAt }: UsageButtonProps) {
  const { model, models, stages, firstTokenMs, totalMs, costUsd } = usage;
  const longest = Math.max(1, ...stages.map(({ ms }) => ms));
  const facts: [string, string | null][] = [
    ["Answered", formatDateTime(createdAt)],
    ["By", model === "extractive" ? "Sentences of the documents" : model],
    ["First word after", firstTokenMs === null ? null : formatDuration(firstTokenMs)],
    ["In all", totalMs === null ? null : formatDuration(totalMs)],
    ["Estimated cost", costUsd === null ? null : formatDollars(costUsd)],
  ];
  return (
    <>
      <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-1">
        {facts.map(([name, value]) =>
          value === null ? null : (
            <div key={name} className="contents">
              <dt className="text-muted-foreground">{name}</dt>
              <dd className="min-w-0 text-right break-words tabular-nums">{value}</dd>
            </div>
          ),
        )}
      </dl>
      {stages.length > 0 ? (
        <ul aria-label="Time of each step" className="grid gap-1.5 border-t pt-3">
          {stages.map(({ label, ms }) => (
            <li key={label} className="grid gap-0.5">
              <span className="flex justify-between gap-3 text-xs">
                <span className="truncate text-muted-foreground">{label}</span>
                <span className="tabular-nums">{formatDuration(ms)}</span>
              </span>
              <span aria-hidden className="h-1 rounded-full bg-muted">
                <span
                  className="block h-full rounded-full bg-primary"
                  style={{ width: `${Math.max(1, (ms / longest) * 100)}%` }}
                />
              </span>
            </li>
          ))}
        </ul>
      ) : null}
      {models.length > 0 ? (
        <ul aria-label="Tokens of each model" className="grid gap-2 border-t pt-3 text-xs">
          {models.map(({ model: name, inputTokens, outputTokens, costUsd: cost }) => (
            <li key={name} className="grid gap-0.5">
              <span className="flex justify-between gap-3">
                <span className="truncate font-medium">{name}</span>
                <span className="tabular-nums">
                  {cost === null ? "price not known" : formatDollars(cost)}
                </span>
              </span>
              <span className="text-muted-foreground tabular-nums">
                {formatNumber(inputTokens)} tokens read, {formatNumber(outputTokens)} written
              </span>
            </li>
          ))}
        </ul>
      ) : null}
      {costUsd === null ? null : (
        <p className="text-xs text-muted-foreground">
          Costs are estimates from list prices; what your provider bills is its own affair.
        </p>
      )}
    </>
  );
}
