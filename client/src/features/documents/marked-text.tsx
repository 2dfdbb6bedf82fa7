import { useMemo } from "react";

/** Text with the words of a search marked in it. */
export function MarkedText({ text, search }: { text: string; search: string }) {
  const parts = useMemo(() => marked(text, search), [text, search]);
  return parts.map(([part, hit], index) =>
    hit ? (
      <mark key={index} className="rounded-xs bg-highlight text-highlight-foreground">
        {part}
      </mark>
    ) : (
      part
    ),
  );
}

const SPECIAL = /[.*+?^${}()|[\]\\]/g;
const MAX_WORDS = 12;

/** Splits a text into what a search names and what stands between. */
export function marked(text: string, search: string): [part: string, hit: boolean][] {
  const words = search
    .split(/\s+/)
    .filter((word) => word.length > 1)
    .slice(0, MAX_WORDS);
  if (words.length === 0) return [[text, false]];
  const whole = search.trim().replace(SPECIAL, "\\$&").replace(/\s+/g, "\\s+");
  const pattern = new RegExp(
    `(${[whole, ...words.map((word) => word.replace(SPECIAL, "\\$&"))].join("|")})`,
    "giu",
  );
  return text
    .split(pattern)
    .map((part, index): [string, boolean] => [part, index % 2 === 1])
    .filter(([part]) => part !== "");
}
