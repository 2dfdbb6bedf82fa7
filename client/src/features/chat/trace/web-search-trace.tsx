import { ExternalLink } from "@/components/external-link";
import { Badge } from "@/components/ui/badge";
import { formatNumber } from "@/lib/format";

import type { WebSearchView } from "./read-trace";

const ENGINES: Readonly<Record<string, string>> = { duckduckgo: "DuckDuckGo", tavily: "Tavily" };

/** What a search of the web showed, with how close each page is to the question. */
export function WebSearchTrace({ search }: { search: WebSearchView }) {
  const { query, engine, failed, results } = search;
  return (
    <>
      <div className="flex flex-wrap items-center gap-2">
        {engine ? <Badge tone="primary">{ENGINES[engine] ?? engine}</Badge> : null}
        <Badge>Query of the model</Badge>
      </div>
      <p dir="auto" className="rounded-md bg-muted px-3 py-1.5 text-sm [overflow-wrap:anywhere]">
        {query}
      </p>
      {failed ? (
        <p role="alert" className="rounded-md bg-warning-soft px-3 py-2 text-sm text-warning-text">
          {failed}
        </p>
      ) : results.length === 0 ? (
        <p className="text-sm text-muted-foreground">Nothing was found.</p>
      ) : (
        <ol className="divide-y rounded-lg border text-sm" aria-label="Pages found">
          {results.map(({ url, title, score }, index) => (
            <li key={index} className="flex items-baseline gap-3 px-3 py-2">
              <span className="min-w-0 flex-1 [overflow-wrap:anywhere]">
                <ExternalLink address={url} words={title}>
                  <bdi>{title}</bdi>
                </ExternalLink>
              </span>
              {score === null ? null : (
                <span title="How close it is to the question" className="shrink-0 text-xs tabular-nums">
                  {formatNumber(score, 2)}
                </span>
              )}
            </li>
          ))}
        </ol>
      )}
    </>
  );
}
