import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, screen, within } from "@testing-library/react";
import { userEvent } from "@testing-library/user-event";
import { describe, expect, it, vi } from "vitest";

import { documentKeys } from "@/features/documents/queries";
import type { Chunk, Explanation } from "@/lib/api/types";

import { ExplanationCard } from "./explanation-card";
import { PassageChoice } from "./passage-choice";
import { searchRequestOf } from "./queries";
import { DEFAULTS } from "./setting-values";

const TRIAL = { query: "ferry", settings: DEFAULTS, documentIds: [] };

describe("a search that explains", () => {
  it("asks about the nearest passage of a document, or about one passage, and never about both", () => {
    const nearest = searchRequestOf({ ...TRIAL, explain: { documentId: "d1", chunkId: null } });
    expect(nearest).toMatchObject({ query: "ferry", explain_document_id: "d1" });
    expect(nearest).not.toHaveProperty("explain_chunk_id");
    const one = searchRequestOf({ ...TRIAL, explain: { documentId: "d1", chunkId: "c2" } });
    expect(one).toMatchObject({ explain_chunk_id: "c2" });
    expect(one).not.toHaveProperty("explain_document_id");
  });

  it("asks about nothing by itself", () => {
    expect(Object.keys(searchRequestOf(TRIAL)).filter((name) => name.startsWith("explain"))).toEqual([]);
  });
});

function chunk(index: number, content: string): Chunk {
  return { id: `c${index}`, chunk_index: index, content, page_number: 1, locations: [] } as unknown as Chunk;
}

function choice(chunkId: string | null) {
  const client = new QueryClient();
  const items = [chunk(0, "The Aurora is a ferry."), chunk(1, "It carries 300 people.")];
  client.setQueryData(documentKeys.chunks("d1", ""), {
    pages: [{ items, next_cursor: null }],
    pageParams: [null],
  });
  const onChoose = vi.fn();
  render(
    <QueryClientProvider client={client}>
      <PassageChoice documentId="d1" chunkId={chunkId} onChoose={onChoose} />
    </QueryClientProvider>,
  );
  return onChoose;
}

describe("the choice of a passage", () => {
  it("begins with the nearest, and gives any other of the document", async () => {
    const onChoose = choice(null);
    await userEvent.click(screen.getByRole("button", { name: "Passage to explain: The nearest passage" }));
    const list = await screen.findByRole("list", { name: "Passages" });
    const passage = within(list).getByRole("button", { name: /^Passage 2, page 1/ });
    expect(passage.textContent).toContain("It carries 300 people.");
    await userEvent.click(passage);
    expect(onChoose).toHaveBeenCalledExactlyOnceWith("c1");
    expect(screen.queryByRole("list", { name: "Passages" })).toBeNull();
  });

  it("goes back to the nearest", async () => {
    const onChoose = choice("c1");
    await userEvent.click(screen.getByRole("button", { name: /^Passage to explain/ }));
    await userEvent.click(await screen.findByRole("button", { name: "The nearest to the question" }));
    expect(onChoose).toHaveBeenCalledExactlyOnceWith(null);
  });
});

it("tells the place in each list, the cut, and the words", () => {
  const explanation: Explanation = {
    chunk_id: "c1",
    document_id: "d1",
    document_name: "report.pdf",
    chunk_index: 1,
    page_number: 1,
    vector_rank: 12,
    vector_score: 0.214,
    keyword_rank: null,
    keyword_score: null,
    candidate_rank: null,
    kept: false,
    reason: "below similarity_threshold",
    words: [{ word: "ferry", in_chunk: false, chunks: 3, closest: "ferries" }],
    closest_word: "ferries",
  };
  render(
    <ExplanationCard
      projectId="p"
      explanation={explanation}
      settings={new Map([["similarity_threshold", 0.3]])}
    />,
  );
  const card = screen.getByRole("region", { name: "Explanation" });
  for (const words of [
    "Not found: report.pdf, passage 2",
    "Below the similarity threshold 0.3.",
    "#12 (0.214)",
    "not one of them",
    "≈ ferries",
  ]) {
    expect(card.textContent).toContain(words);
  }
});
