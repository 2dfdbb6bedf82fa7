"use client";

import type { Location } from "@/lib/api/types";

export interface PdfViewerProps {
  fileUrl: string;
  /** The page to show first, from 1. */
  page: number;
  /** Boxes in 0..1 of their page. */
  highlights: readonly Pick<Location, "page" | "x0" | "y0" | "x1" | "y1">[];
}

export function PdfViewer({ fileUrl, page }: PdfViewerProps) {
  return <iframe title="Document" src={`${fileUrl}#page=${page}`} className="size-full" />;
}
