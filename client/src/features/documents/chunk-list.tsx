"use client";

import { useVirtualizer } from "@tanstack/react-virtual";
import { Layers, Search, SearchX } from "lucide-react";
import { useDeferredValue, useEffect, useMemo, useRef, useState } from "react";

import { Button } from "@/components/ui/button";
import { Input } from "@/components/ui/input";
import { Skeleton } from "@/components/ui/skeleton";
import { EmptyState, ErrorState } from "@/components/ui/states";
import { sentenceOf } from "@/lib/api/errors";
import type { Chunk, Document } from "@/lib/api/types";
import { counted, formatNumber } from "@/lib/format";
import { useSettled } from "@/lib/use-settled";

import { ChunkCard } from "./chunk-card";
import { useChunks } from "./queries";
import { chunkCount } from "./status";

interface ChunkListProps {
  document: Document;
  firstChunkId: string | null;
  selectedId: string | null;
  onSelect: (chunk: Chunk) => void;
  /** Shows the chunk's place where the original is not beside the list. */
  onShow: (chunk: Chunk) => void;
}

const NEAR_THE_END = 8;

export function ChunkList({ document, firstChunkId, selectedId, onSelect, onShow }: ChunkListProps) {
  const [text, setText] = useState("");
  const search = useDeferredValue(useSettled(text.trim()));
  const ready = document.status === "completed";
  const chunks = useChunks(document.id, search, ready);
  const found = useMemo(() => chunks.data?.pages.flatMap(({ items }) => items) ?? [], [chunks.data]);
  const total = chunkCount(document);

  const scroller = useRef<HTMLDivElement>(null);
  const rows = useVirtualizer({
    count: found.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => 220,
    overscan: 4,
    getItemKey: (index) => found[index]?.id ?? index,
  });
  const visible = rows.getVirtualItems();
  const lastVisible = visible.at(-1)?.index ?? 0;

  const { hasNextPage, isFetchingNextPage, fetchNextPage } = chunks;
  const linked = firstChunkId === null ? -1 : found.findIndex(({ id }) => id === firstChunkId);
  const seeking = firstChunkId !== null && linked < 0 && search === "";
  useEffect(() => {
    const nearEnd = lastVisible >= found.length - NEAR_THE_END;
    if ((nearEnd || seeking) && hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [fetchNextPage, found.length, hasNextPage, isFetchingNextPage, lastVisible, seeking]);

  // A link to a chunk leads to it once, and not again while the list changes.
  const followed = useRef(false);
  useEffect(() => {
    const chunk = found[linked];
    if (followed.current || !chunk) return;
    followed.current = true;
    onSelect(chunk);
    rows.scrollToIndex(linked, { align: "center" });
  }, [found, linked, onSelect, rows]);

  if (!ready) {
    return (
      <EmptyState icon={Layers} title={document.status === "failed" ? "Nothing was read" : "Not ready yet"}>
        {document.status === "failed"
          ? "Reading this document failed; what to do stands above."
          : "Its chunks appear here as soon as it is completed."}
      </EmptyState>
    );
  }
  return (
    <>
      <div className="flex items-center gap-3 py-3">
        <div className="relative flex-1">
          <Search aria-hidden className="absolute top-2.5 left-3 size-4 text-muted-foreground" />
          <Input
            type="search"
            aria-label="Search the chunks"
            placeholder="Search the chunks"
            value={text}
            onChange={(event) => setText(event.target.value)}
            className="pl-9"
          />
        </div>
        <p role="status" className="text-sm whitespace-nowrap text-muted-foreground">
          {search === ""
            ? total === null
              ? ""
              : counted(total, "chunk", "chunks")
            : `${formatNumber(found.length)}${hasNextPage ? "+" : ""} found`}
        </p>
      </div>
      {chunks.isPending ? (
        <div aria-busy role="status" aria-label="Loading the chunks" className="grid gap-3">
          {[0, 1, 2].map((key) => (
            <Skeleton key={key} className="h-40 rounded-xl" />
          ))}
        </div>
      ) : null}
      {chunks.isError && found.length === 0 ? (
        <ErrorState
          title="The chunks could not be loaded"
          detail={sentenceOf(chunks.error)}
          actions={<Button onClick={() => void chunks.refetch()}>Try again</Button>}
        />
      ) : null}
      {chunks.isSuccess && found.length === 0 ? (
        <EmptyState
          icon={SearchX}
          title="No chunk matches"
          actions={<Button onClick={() => setText("")}>Show all chunks</Button>}
        />
      ) : null}
      <div
        ref={scroller}
        className="-mx-1 min-h-0 flex-1 overflow-y-auto px-1 max-lg:max-h-[75dvh]"
        tabIndex={-1}
      >
        <ul className="relative" style={{ height: rows.getTotalSize() }} aria-label="Chunks">
          {visible.map(({ index, key, start }) => {
            const chunk = found[index];
            return chunk ? (
              <li
                key={key}
                ref={rows.measureElement}
                data-index={index}
                className="absolute inset-x-0 top-0 pb-3"
                style={{ transform: `translateY(${start}px)` }}
              >
                <ChunkCard
                  chunk={chunk}
                  search={search}
                  selected={chunk.id === selectedId}
                  hasPlace={chunk.locations.length > 0 || document.content_type.startsWith("text/")}
                  onSelect={onSelect}
                  onShow={onShow}
                />
              </li>
            ) : null;
          })}
        </ul>
      </div>
    </>
  );
}
