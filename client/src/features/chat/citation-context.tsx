"use client";

import { createContext, useContext, useMemo, type ReactNode } from "react";

import type { Citation } from "@/lib/api/types";

interface CitationsOfAnswer {
  byNumber: ReadonlyMap<number, Citation>;
  /** Whether more of them are to come. */
  streaming: boolean;
  /** The citation that is open beside the chat. */
  openNumber: number | null;
  open: (number: number) => void;
}

const CitationContext = createContext<CitationsOfAnswer>({
  byNumber: new Map(),
  streaming: false,
  openNumber: null,
  open: () => undefined,
});

export const useCitations = () => useContext(CitationContext);

interface CitationProviderProps {
  citations: readonly Citation[];
  streaming: boolean;
  openNumber: number | null;
  onOpen: (number: number) => void;
  children: ReactNode;
}

export function CitationProvider({
  citations,
  streaming,
  openNumber,
  onOpen,
  children,
}: CitationProviderProps) {
  const value = useMemo(
    () => ({
      byNumber: new Map(citations.map((citation) => [citation.number, citation])),
      streaming,
      openNumber,
      open: onOpen,
    }),
    [citations, streaming, openNumber, onOpen],
  );
  return <CitationContext value={value}>{children}</CitationContext>;
}
