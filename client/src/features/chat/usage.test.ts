import { expect, it } from "vitest";

import { readUsage } from "./usage";

it("reads tokens, cost and times, by model and by stage", () => {
  const usage = readUsage({
    model: "gpt-4o",
    input_tokens: 1200,
    output_tokens: 80,
    cost_usd: 0.0038,
    models: [{ model: "gpt-4o", input_tokens: 1200, output_tokens: 80, cost_usd: null }, "?"],
    stage_ms: { guardrail: 3, some_new_stage: 12.5, broken: "x" },
    total_ms: 900,
  });
  expect(usage).toMatchObject({ inputTokens: 1200, outputTokens: 80, costUsd: 0.0038, totalMs: 900 });
  expect(usage?.models).toEqual([{ model: "gpt-4o", inputTokens: 1200, outputTokens: 80, costUsd: null }]);
  expect(usage?.stages).toEqual([
    { label: "Check the question", ms: 3 },
    { label: "Some new stage", ms: 12.5 },
  ]);
});

it("makes do with what there is", () => {
  expect(readUsage(null)).toBeNull();
  expect(readUsage({})).toMatchObject({ model: null, inputTokens: null, models: [], stages: [] });
});
