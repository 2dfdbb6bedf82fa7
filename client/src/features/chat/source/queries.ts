"use client";

import { useQuery } from "@tanstack/react-query";

import { api, bodyOf } from "@/lib/api/client";
import type { Chunk, Citation } from "@/lib/api/types";

const SEARCHED_CHARACTERS = 160;
const CHUNKS_AT_ONCE = 200;

async function chunkPage(documentId: string, query: { q?: string; cursor?: string }, signal: AbortSignal) {
  return bodyOf(
    api.GET("/api/documents/{document_id}/chunks", {
      params: { path: { document_id: documentId }, query: { limit: CHUNKS_AT_ONCE, ...query } },
      signal,
    }),
  );
}

/** A citation of a document of the project. */
export type DocumentCitation = Citation & { document_id: string };

export function isOfDocument(citation: Citation): citation is DocumentCitation {
  return citation.document_id !== null;
}

/** The chunk that a citation was taken from; null when the document was read again since, and has others. */
async function chunkOf(citation: DocumentCitation, signal: AbortSignal): Promise<Chunk | null> {
  const q = citation.content.slice(0, SEARCHED_CHARACTERS).trim();
  const isIt = ({ id }: Chunk) => id === citation.chunk_id;
  if (q !== "") {
    const found = (await chunkPage(citation.document_id, { q }, signal)).items.find(isIt);
    if (found) return found;
  }
  let cursor: string | null = null;
  do {
    const page: Awaited<ReturnType<typeof chunkPage>> = await chunkPage(
      citation.document_id,
      cursor === null ? {} : { cursor },
      signal,
    );
    const found = page.items.find(isIt);
    if (found) return found;
    cursor = page.next_cursor;
  } while (cursor !== null);
  return null;
}

export function useCitedChunk(citation: DocumentCitation, enabled: boolean) {
  return useQuery({
    queryKey: ["cited-chunk", citation.document_id, citation.chunk_id],
    queryFn: ({ signal }) => chunkOf(citation, signal),
    enabled,
    staleTime: 5 * 60_000,
  });
}
