"use client";

import { Highlighter } from "lucide-react";
import { memo } from "react";

import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import type { Chunk } from "@/lib/api/types";
import { cn } from "@/lib/cn";
import { counted } from "@/lib/format";

import { HtmlTableView } from "./html-table-view";
import { MarkedText } from "./marked-text";

interface ChunkCardProps {
  chunk: Chunk;
  search: string;
  selected: boolean;
  hasPlace: boolean;
  onSelect: (chunk: Chunk) => void;
  onShow: (chunk: Chunk) => void;
}

/** Names of the parser's element types, as readers say them. */
const TYPE_NAMES: Record<string, string> = {
  NarrativeText: "Text",
  ListItem: "List",
  FigureCaption: "Caption",
  CodeSnippet: "Code",
};

export const ChunkCard = memo(function ChunkCard({
  chunk,
  search,
  selected,
  hasPlace,
  onSelect,
  onShow,
}: ChunkCardProps) {
  const { text, tables, images } = chunk.original_content;
  const number = chunk.chunk_index + 1;
  return (
    <article
      aria-label={`Chunk ${number}`}
      aria-current={selected || undefined}
      className={cn(
        "grid gap-2.5 rounded-xl border bg-surface p-4 transition-colors",
        selected ? "border-primary ring-1 ring-primary" : "hover:border-input",
      )}
    >
      <header className="flex flex-wrap items-center gap-x-2 gap-y-1.5 text-xs text-muted-foreground">
        <span className="font-mono font-medium text-foreground tabular-nums">#{number}</span>
        {chunk.page_number === null ? null : <span>page {chunk.page_number}</span>}
        <span>{counted(chunk.char_count, "character", "characters")}</span>
        {chunk.types.map((type) => (
          <Badge key={type}>{TYPE_NAMES[type] ?? type}</Badge>
        ))}
        {hasPlace ? (
          <>
            <Button
              size="sm"
              variant="quiet"
              className="ml-auto hidden h-7 px-2 lg:inline-flex"
              aria-pressed={selected}
              onClick={() => onSelect(chunk)}
            >
              <Highlighter aria-hidden /> Highlight
            </Button>
            <Button
              size="sm"
              variant="quiet"
              className="ml-auto h-7 px-2 lg:hidden"
              onClick={() => onShow(chunk)}
            >
              <Highlighter aria-hidden /> Show in original
            </Button>
          </>
        ) : null}
      </header>
      {chunk.heading_path.length > 0 ? (
        <p className="text-xs break-words text-muted-foreground">{chunk.heading_path.join(" › ")}</p>
      ) : null}
      {tables.length > 0 ? (
        tables.map((html, index) => <HtmlTableView key={index} html={html} />)
      ) : (
        <p
          className="max-h-96 overflow-y-auto text-sm leading-relaxed break-words whitespace-pre-wrap"
          tabIndex={text.length > 1500 ? 0 : undefined}
        >
          <MarkedText text={text} search={search} />
        </p>
      )}
      {tables.length > 0 && proseOf(chunk) ? (
        <p className="text-sm leading-relaxed break-words whitespace-pre-wrap">
          <MarkedText text={proseOf(chunk)} search={search} />
        </p>
      ) : null}
      {images.filter(isInlineImage).map((source, index) => (
        // eslint-disable-next-line @next/next/no-img-element -- the picture is part of the document, in the address itself
        <img
          key={index}
          src={source}
          alt={`Picture ${index + 1} of chunk ${number}`}
          className="max-h-80 w-fit max-w-full rounded-md border"
        />
      ))}
    </article>
  );
});

/** The text beside a chunk's tables; a chunk that is nothing but a table has none. */
function proseOf(chunk: Chunk): string {
  return chunk.types.every((type) => type === "Table") ? "" : chunk.original_content.text;
}

/** Only pictures that came with the chunk: nothing is loaded from elsewhere. */
function isInlineImage(source: string): boolean {
  return /^data:image\/(?:png|jpeg|webp|gif);base64,/.test(source);
}
