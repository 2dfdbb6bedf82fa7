"use client";

import { useMemo } from "react";

import { cn } from "@/lib/cn";

import { blocksOf } from "./chunk-blocks";
import { tableOf } from "./html-table";
import { TableView } from "./html-table-view";
import { MarkedText } from "./marked-text";

interface ChunkContentProps {
  text: string;
  /** As HTML. */
  tables: readonly string[];
  search?: string;
  className?: string;
}

/** What a chunk says: its paragraphs, and its tables as tables. */
export function ChunkContent({ text, tables, search = "", className }: ChunkContentProps) {
  const blocks = useMemo(
    () =>
      blocksOf(
        text,
        tables.flatMap((html) => tableOf(html) ?? []),
      ),
    [text, tables],
  );
  return (
    <div className={cn("grid gap-2 text-sm leading-relaxed *:min-w-0", className)}>
      {blocks.map((block, index) =>
        block.kind === "table" ? (
          <TableView key={index} table={block.table} search={search} />
        ) : (
          <p key={index} dir="auto" className="break-words whitespace-pre-wrap">
            <MarkedText text={block.text} search={search} />
          </p>
        ),
      )}
    </div>
  );
}
