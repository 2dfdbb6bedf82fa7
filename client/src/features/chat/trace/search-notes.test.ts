import { expect, it } from "vitest";

import { searchNotes } from "./search-notes";

it("says what a search preferred, and what it did without", () => {
  const notes = searchNotes({
    preferred_documents: [
      { document_id: "d1", document_name: "2023 Q3.pdf", matched: ["year:2023", "quarter:3", 7] },
      "?",
    ],
    latest: true,
    reranker: "sentences",
    query_source: "rules",
    failures: { variations: "model_timeout" },
  });
  expect(notes).toEqual({
    preferred: [{ id: "d1", name: "2023 Q3.pdf", matched: ["year 2023", "quarter 3"] }],
    latest: true,
    reranker: "sentences",
    variationsBy: "rules",
    failures: ["The variations of the question failed (model timeout)"],
  });
});

it("has nothing to say where the server says nothing", () => {
  const nothing = { preferred: [], latest: false, reranker: null, variationsBy: null, failures: [] };
  expect(searchNotes(undefined)).toEqual(nothing);
  expect(searchNotes({ query_source: "?", failures: [] })).toEqual(nothing);
});
