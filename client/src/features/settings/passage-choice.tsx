"use client";

import { ChevronDown, Search, TextSearch } from "lucide-react";
import { useDeferredValue, useState, type ReactNode } from "react";

import { Button } from "@/components/ui/button";
import { Input } from "@/components/ui/input";
import { Popover, PopoverClose, PopoverContent, PopoverTrigger } from "@/components/ui/popover";
import { Skeleton } from "@/components/ui/skeleton";
import { useChunks } from "@/features/documents/queries";
import { sentenceOf } from "@/lib/api/errors";
import type { Chunk } from "@/lib/api/types";
import { cn } from "@/lib/cn";
import { formatNumber } from "@/lib/format";
import { placeInDocument } from "@/lib/place";
import { useSettled } from "@/lib/use-settled";

interface PassageChoiceProps {
  documentId: string;
  /** None: the passage that is nearest to the question. */
  chunkId: string | null;
  onChoose: (chunkId: string | null) => void;
}

/** Which passage of a document to ask about. */
export function PassageChoice({ documentId, chunkId, onChoose }: PassageChoiceProps) {
  const [number, setNumber] = useState<number>();
  const label =
    chunkId === null || number === undefined ? "The nearest passage" : `Passage ${formatNumber(number)}`;
  return (
    <Popover>
      <PopoverTrigger asChild>
        <Button
          size="sm"
          variant="quiet"
          aria-label={`Passage to explain: ${label}`}
          className="-ml-2 justify-self-start px-2"
        >
          <TextSearch aria-hidden /> {label}
          <ChevronDown aria-hidden className="-mr-0.5 opacity-60" />
        </Button>
      </PopoverTrigger>
      <PopoverContent aria-label="Passages to explain" className="grid w-96 gap-2 p-2">
        <Passages
          documentId={documentId}
          chunkId={chunkId}
          onChoose={(chunk) => {
            setNumber(chunk ? chunk.chunk_index + 1 : undefined);
            onChoose(chunk?.id ?? null);
          }}
        />
      </PopoverContent>
    </Popover>
  );
}

interface PassagesProps {
  documentId: string;
  chunkId: string | null;
  onChoose: (chunk: Chunk | null) => void;
}

function Passages({ documentId, chunkId, onChoose }: PassagesProps) {
  const [text, setText] = useState("");
  const search = useDeferredValue(useSettled(text.trim()));
  const chunks = useChunks(documentId, search, true);
  const found = chunks.data?.pages.flatMap(({ items }) => items) ?? [];
  return (
    <>
      <div className="relative">
        <Search aria-hidden className="absolute top-2.5 left-3 size-4 text-muted-foreground" />
        <Input
          type="search"
          aria-label="Find a passage"
          placeholder="Find a passage by its words"
          value={text}
          onChange={(event) => setText(event.target.value)}
          className="pl-9"
        />
      </div>
      {chunks.isPending ? (
        <div role="status" aria-busy aria-label="Loading passages" className="grid gap-2 p-2">
          <Skeleton className="h-4 w-4/5" />
          <Skeleton className="h-4 w-3/5" />
        </div>
      ) : null}
      {chunks.isError && found.length === 0 ? (
        <p role="alert" className="p-2 text-sm text-danger-text">
          {sentenceOf(chunks.error)}
        </p>
      ) : null}
      {chunks.isSuccess && found.length === 0 ? (
        <p className="p-2 text-sm text-muted-foreground">No passage has these words.</p>
      ) : null}
      <ul aria-label="Passages" className="max-h-72 overflow-y-auto">
        {search === "" ? (
          <li>
            <Choice chosen={chunkId === null} onChoose={() => onChoose(null)}>
              The nearest to the question
            </Choice>
          </li>
        ) : null}
        {found.map((chunk) => (
          <li key={chunk.id}>
            <Choice chosen={chunk.id === chunkId} onChoose={() => onChoose(chunk)}>
              <Passage chunk={chunk} />
            </Choice>
          </li>
        ))}
        {chunks.hasNextPage ? (
          <li className="p-1">
            <Button
              size="sm"
              variant="quiet"
              className="w-full"
              busy={chunks.isFetchingNextPage}
              onClick={() => void chunks.fetchNextPage()}
            >
              Show more
            </Button>
          </li>
        ) : null}
      </ul>
    </>
  );
}

interface ChoiceProps {
  chosen: boolean;
  onChoose: () => void;
  children: ReactNode;
}

function Choice({ chosen, onChoose, children }: ChoiceProps) {
  return (
    <PopoverClose
      aria-current={chosen || undefined}
      onClick={onChoose}
      className={cn(
        "w-full rounded-md px-2 py-1.5 text-left text-sm hover:bg-accent",
        chosen && "bg-primary-soft text-primary-text",
      )}
    >
      {children}
    </PopoverClose>
  );
}

const SHOWN_CHARS = 160;

function Passage({ chunk }: { chunk: Chunk }) {
  const place = placeInDocument(chunk);
  return (
    <>
      <span className="font-medium">Passage {formatNumber(chunk.chunk_index + 1)}</span>
      {place === null ? null : <span className="text-muted-foreground">, {place}</span>}
      <span className="line-clamp-2 break-words text-muted-foreground">
        {chunk.content.slice(0, SHOWN_CHARS)}
      </span>
    </>
  );
}
