"use client";

import { Highlighter } from "lucide-react";
import { memo } from "react";

import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import type { Chunk } from "@/lib/api/types";
import { cn } from "@/lib/cn";
import { counted } from "@/lib/format";
import { placeInDocument } from "@/lib/place";

import { ChunkContent } from "./chunk-content";

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

const FLAG_NAMES: Record<string, string> = {
  instruction_like: "Speaks to a model",
  hidden_characters: "Hidden characters",
  low_information: "Says little",
};
const FLAG_HELP: Record<string, string> = {
  instruction_like: "It has wording that speaks to a language model. It is given to the model as data only.",
  hidden_characters: "It has characters that cannot be seen.",
  low_information: "It has little that a question could find.",
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
  const place = placeInDocument(chunk);
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
        {place === null ? null : <span>{place}</span>}
        <span>{counted(chunk.char_count, "character", "characters")}</span>
        {chunk.types.map((type) => (
          <Badge key={type}>{TYPE_NAMES[type] ?? type}</Badge>
        ))}
        {chunk.flags.map((flag) => (
          <Badge key={flag} tone="warning" title={FLAG_HELP[flag]}>
            {FLAG_NAMES[flag] ?? flag.replaceAll("_", " ")}
          </Badge>
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
      <div className="max-h-112 overflow-y-auto" tabIndex={mayScroll(text) ? 0 : undefined}>
        <ChunkContent text={text} tables={tables} search={search} />
      </div>
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

/** Whether a text is long enough to scroll in its card on some screen: the keyboard must then reach it. */
function mayScroll(text: string): boolean {
  return text.length > 500 || text.split("\n").length > 12;
}

/** Only pictures that came with the chunk: nothing is loaded from elsewhere. */
function isInlineImage(source: string): boolean {
  return /^data:image\/(?:png|jpeg|webp|gif);base64,/.test(source);
}
