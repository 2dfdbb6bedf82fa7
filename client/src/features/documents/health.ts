import type { Document } from "@/lib/api/types";

/** What the owner of a document should know about how it was read. The server's details are read with care. */
export interface HealthFinding {
  code: string;
  warning: boolean;
  message: string;
  /** What to do about it; empty where there is nothing to do. */
  action: string;
  /** Those concerned, from 1. */
  pages: readonly number[];
  /** Of the OCR, from 0 to 1. */
  confidence: number | null;
}

const text = (value: unknown): string => (typeof value === "string" ? value : "");

/** Warnings first, each kind in the server's order. */
export function healthOf({ stage_details: details }: Pick<Document, "stage_details">): HealthFinding[] {
  const findings: unknown = details["health"]?.["findings"];
  const read = Array.isArray(findings) ? findings.flatMap(findingOf) : [];
  return [...read.filter(({ warning }) => warning), ...read.filter(({ warning }) => !warning)];
}

function findingOf(value: unknown): HealthFinding[] {
  if (typeof value !== "object" || value === null) return [];
  const fields = value as Record<string, unknown>;
  const message = text(fields["message"]);
  if (message === "") return [];
  const pages = fields["pages"];
  const confidence = fields["confidence"];
  return [
    {
      code: text(fields["code"]),
      warning: fields["severity"] === "warning",
      message,
      action: text(fields["action"]),
      pages: Array.isArray(pages) ? pages.filter((page) => typeof page === "number") : [],
      confidence: typeof confidence === "number" ? confidence : null,
    },
  ];
}

export interface PageRange {
  first: number;
  last: number;
}

/** Pages as people write them: neighbours together. */
export function pageRanges(pages: readonly number[]): PageRange[] {
  const ranges: PageRange[] = [];
  for (const page of [...new Set(pages)].sort((a, b) => a - b)) {
    const range = ranges.at(-1);
    if (range && page === range.last + 1) range.last = page;
    else ranges.push({ first: page, last: page });
  }
  return ranges;
}
