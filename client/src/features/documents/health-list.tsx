"use client";

import { Info, TriangleAlert } from "lucide-react";

import { Button } from "@/components/ui/button";
import { cn } from "@/lib/cn";
import { formatNumber, formatPercent } from "@/lib/format";

import { pageRanges, type HealthFinding } from "./health";

interface HealthListProps {
  findings: readonly HealthFinding[];
  /** Shows a page of the original, where there are pages to show. */
  onPage: ((page: number) => void) | undefined;
}

const SHOWN_RANGES = 12;

/** What reading the document brought to light, each with what to do about it. */
export function HealthList({ findings, onPage }: HealthListProps) {
  if (findings.length === 0) return null;
  return (
    <section aria-label="Health" className="mt-4 overflow-hidden rounded-xl border bg-surface">
      <h2 className="border-b px-4 py-2.5 text-sm font-medium">What to know about this document</h2>
      <ul className="divide-y">
        {findings.map((finding, index) => (
          <Finding key={index} finding={finding} onPage={onPage} />
        ))}
      </ul>
    </section>
  );
}

function Finding({ finding, onPage }: { finding: HealthFinding; onPage: HealthListProps["onPage"] }) {
  const { warning, message, action, confidence } = finding;
  const ranges = pageRanges(finding.pages);
  const Icon = warning ? TriangleAlert : Info;
  return (
    <li className="flex gap-3 px-4 py-3 text-sm">
      <Icon
        aria-label={warning ? "Warning" : "Note"}
        className={cn("mt-0.5 size-4 shrink-0", warning ? "text-warning-text" : "text-muted-foreground")}
      />
      <div className="grid min-w-0 gap-1">
        <p className="break-words">
          {message}
          {confidence === null ? null : (
            <span className="text-muted-foreground">
              {" "}
              Recognised with {formatPercent(confidence)} certainty.
            </span>
          )}
        </p>
        {action ? <p className="break-words text-muted-foreground">{action}</p> : null}
        {ranges.length > 0 ? (
          <p className="flex flex-wrap items-center gap-x-1.5 gap-y-1 text-muted-foreground">
            Pages
            {ranges.slice(0, SHOWN_RANGES).map(({ first, last }) => {
              const label =
                first === last ? formatNumber(first) : `${formatNumber(first)}–${formatNumber(last)}`;
              return onPage ? (
                <Button
                  key={first}
                  variant="link"
                  size="inline"
                  aria-label={`Show page ${formatNumber(first)}`}
                  onClick={() => onPage(first)}
                >
                  {label}
                </Button>
              ) : (
                <span key={first}>{label}</span>
              );
            })}
            {ranges.length > SHOWN_RANGES ? "…" : null}
          </p>
        ) : null}
      </div>
    </li>
  );
}
