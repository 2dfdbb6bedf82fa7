import { describe, expect, it } from "vitest";

import { readTrace, reasonInWords } from "./read-trace";
import { timelineOf } from "./timeline";

const TRACE = {
  message_id: "m",
  model: "gpt-4o",
  question: "q?",
  stages: [
    { name: "guardrail", start_ms: 1, duration_ms: 1, refused_by: null },
    { name: "search", start_ms: 10, duration_ms: 40, query: "net sales", found: 5 },
    { name: "model_call", purpose: "answer", start_ms: 50, duration_ms: 150, error: "TimeoutError" },
    { name: "some_new_step", start_ms: 200, duration_ms: null },
  ],
  searches: [
    {
      query: "net sales",
      origin: "model",
      strategy: "hybrid",
      queries: ["net sales", "revenue"],
      settings: { num_chunks: 5, similarity_threshold: 0.3 },
      milliseconds: { total: 40, search: 20, embed_query: 15 },
      candidates: [
        {
          chunk_id: "c",
          document_name: "a.pdf",
          page_number: 2,
          vector_rank: 1,
          vector_score: 0.7,
          kept: true,
        },
        { chunk_id: "d", document_name: "b.pdf", kept: false, dropped_because: "below similarity_threshold" },
        "nonsense",
      ],
    },
  ],
  usage: { total_ms: 210, first_token_ms: 90, input_tokens: 10, output_tokens: 2 },
  error: { code: "x", detail: "It failed." },
};

describe("the account of an answer", () => {
  const trace = readTrace(TRACE);

  it("names its steps in words, also those of a later version", () => {
    expect(trace.stages.map(({ label }) => label)).toEqual([
      "Check the question",
      "Search the documents",
      "Write the answer",
      "Some new step",
    ]);
    expect(trace.stages[1]?.detail).toBe("“net sales”, 5 found");
    expect(trace.stages[2]?.failed).toBe(true);
  });

  it("has the searches with their candidates and times", () => {
    const [search] = trace.searches;
    expect(search).toMatchObject({ origin: "model", strategy: "hybrid", queries: ["net sales", "revenue"] });
    expect(search?.milliseconds).toEqual([
      { label: "Embedding", value: 15 },
      { label: "Search", value: 20 },
    ]);
    expect(search?.candidates).toHaveLength(2);
    expect(search?.candidates[0]).toMatchObject({ kept: true, vectorRank: 1, keywordRank: null });
  });

  it("says why a candidate was dropped, with the figure that decided", () => {
    const settings = trace.searches[0]?.settings ?? new Map<string, number>();
    expect(reasonInWords("below similarity_threshold", settings)).toBe("Below the similarity threshold 0.3");
    expect(reasonInWords("beyond num_chunks", settings)).toBe("Not among the first 5 found");
    expect(reasonInWords("near_duplicate", settings)).toBe("Near duplicate");
  });

  it("is read even where nothing is in it", () => {
    expect(readTrace({ message_id: "m" })).toMatchObject({ stages: [], searches: [], error: null });
  });
});

describe("the axis of time", () => {
  const { stages } = readTrace(TRACE);

  it("puts every step where it began, as long as it took", () => {
    const { bars, totalMs } = timelineOf(stages, 210);
    expect(totalMs).toBe(210);
    expect(bars[1]?.left).toBeCloseTo(10 / 210);
    expect(bars[1]?.width).toBeCloseTo(40 / 210);
    expect(bars.every(({ left, width }) => left >= 0 && width > 0 && left + width <= 1.0001)).toBe(true);
  });

  it("lets a step that never ended reach to the end", () => {
    const last = timelineOf(stages, 210).bars[3];
    expect((last?.left ?? 0) + (last?.width ?? 0)).toBeCloseTo(1);
  });

  it.each([
    [210, [0, 50, 100, 150, 200]],
    [1000, [0, 200, 400, 600, 800, 1000]],
    [3, [0, 1, 2, 3]],
  ])("has round ticks for %d ms", (total, ticks) => {
    expect(timelineOf([], total).ticks.map(({ ms }) => ms)).toEqual(ticks);
  });

  it("holds steps of no time and no steps at all", () => {
    expect(timelineOf([], null).bars).toEqual([]);
    expect(
      timelineOf([{ name: "x", label: "X", detail: null, startMs: 0, durationMs: 0, failed: false }], 0)
        .bars[0]?.width,
    ).toBeGreaterThan(0);
  });
});
