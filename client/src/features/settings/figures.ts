import type { Candidate, SearchResult } from "@/lib/api/types";
import { formatNumber } from "@/lib/format";

import { isHybrid, isMultiQuery, type Strategy } from "./setting-values";

export type Figure = [name: string, value: string];

/** By which figures a passage got its place; those that the strategy does not use are left out. */
export function figuresOf(candidate: Candidate): Figure[] {
  const ranked = (rank: number | null, score: number | null) =>
    score === null ? null : `${formatNumber(score, 3)}${rank === null ? "" : ` (#${rank})`}`;
  const all: [string, string | null][] = [
    ["vector", ranked(candidate.vector_rank, candidate.vector_score)],
    ["keyword", ranked(candidate.keyword_rank, candidate.keyword_score)],
    ["fused", candidate.fused_score === null ? null : formatNumber(candidate.fused_score, 4)],
    ["rerank", candidate.rerank_score === null ? null : formatNumber(candidate.rerank_score, 3)],
  ];
  return all.filter((figure): figure is Figure => figure[1] !== null);
}

/** The one figure by which the strategy orders passages. */
export function headlineOf(
  result: SearchResult,
  candidate: Candidate | undefined,
  { strategy, settings }: { strategy: Strategy; settings: Record<string, unknown> },
): Figure {
  if (candidate && candidate.rerank_score !== null)
    return ["rerank", formatNumber(candidate.rerank_score, 3)];
  const byWordsAlone = isHybrid(strategy) && settings.vector_weight === 0;
  if (candidate && byWordsAlone && !isMultiQuery(strategy) && candidate.keyword_score !== null) {
    return ["keyword", formatNumber(candidate.keyword_score, 3)];
  }
  if (candidate && (isHybrid(strategy) || isMultiQuery(strategy)) && candidate.fused_score !== null) {
    return ["fused", formatNumber(candidate.fused_score, 4)];
  }
  return ["similarity", formatNumber(result.score, 3)];
}
