import { expect, it } from "vitest";

import type { Candidate, SearchResult } from "@/lib/api/types";

import { headlineOf } from "./figures";
import type { Strategy } from "./setting-values";

const RESULT = { score: 0.7123 } as SearchResult;
const CANDIDATE = {
  vector_score: 0.7123,
  keyword_score: 0.42,
  fused_score: 0.01639,
  rerank_score: null,
} as Candidate;

it.each<[Strategy, Partial<Candidate>, number, string]>([
  ["basic", {}, 0.7, "similarity 0.712"],
  ["hybrid", {}, 0.7, "fused 0.0164"],
  ["multi_query_vector", {}, 0.7, "fused 0.0164"],
  ["multi_query_hybrid", {}, 0.7, "fused 0.0164"],
  ["hybrid", {}, 0, "keyword 0.420"],
  ["multi_query_hybrid", {}, 0, "fused 0.0164"],
  ["basic", { rerank_score: 0.9 }, 0.7, "rerank 0.900"],
  ["hybrid", { rerank_score: 0.9 }, 0, "rerank 0.900"],
])("names the figure that orders: %s, %o, meaning %d", (strategy, more, weight, expected) => {
  const headline = headlineOf(
    RESULT,
    { ...CANDIDATE, ...more },
    { strategy, settings: { vector_weight: weight } },
  );
  expect(headline.join(" ")).toBe(expected);
});

it("says the similarity of a passage that the trace does not have", () => {
  expect(headlineOf(RESULT, undefined, { strategy: "hybrid", settings: {} })).toEqual([
    "similarity",
    "0.712",
  ]);
});
