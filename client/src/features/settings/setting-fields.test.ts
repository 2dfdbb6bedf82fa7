import { expect, it } from "vitest";

import { numbersOf } from "./setting-fields";
import { changesOf, DEFAULTS, searchSettingsOf, storedChanges } from "./setting-values";

it("shows only what the strategy looks at", () => {
  expect(numbersOf("basic").map(({ name }) => name)).not.toContain("multi_query_count");
  expect(numbersOf("multi_query_hybrid").map(({ name }) => name)).toContain("multi_query_count");
});

it("sends what differs, and nothing else", () => {
  expect(changesOf(DEFAULTS, { ...DEFAULTS, num_chunks: 8 })).toEqual({ num_chunks: 8 });
});

it("sends with a search what a search can change", () => {
  const sent = searchSettingsOf(DEFAULTS);
  expect(sent).toMatchObject({ rag_strategy: "basic", fusion: "rrf" });
  expect(Object.keys(sent).filter((name) => /^check_|^text_/.test(name))).toEqual([]);
});

it.each([
  ["", {}],
  ["not json", {}],
  ['{"num_chunks": "8", "unknown": 1}', {}],
  ['{"num_chunks": 8, "use_reranking": true}', { num_chunks: 8, use_reranking: true }],
])("takes from a stored draft what fits: %s", (text, changes) =>
  expect(storedChanges(text)).toEqual(changes),
);
