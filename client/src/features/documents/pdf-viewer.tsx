"use client";

import { Skeleton } from "@/components/ui/skeleton";
import type { Location } from "@/lib/api/types";
import { lazyPart } from "@/lib/lazy-part";

export type PdfHighlight = Pick<Location, "page" | "x0" | "y0" | "x1" | "y1">;

export interface PdfViewerProps {
  fileUrl: string;
  /** The page to show first, from 1. */
  page: number;
  /** Boxes in 0..1 of their page. The first on `page` is brought into view. */
  highlights: readonly PdfHighlight[];
}

// pdf.js is large: it comes when a document is opened.
const PdfDocument = lazyPart(
  () => import("./pdf/pdf-document").then((module) => module.default),
  <PdfSkeleton />,
);

/** A PDF, page after page, with passages highlighted. It fills the room that it is given. */
export function PdfViewer(props: PdfViewerProps) {
  return <PdfDocument {...props} />;
}

function PdfSkeleton() {
  return (
    <div
      aria-busy
      aria-label="The document is being opened"
      className="grid flex-1 content-start gap-3 bg-muted p-6"
    >
      <Skeleton className="mx-auto aspect-[1/1.3] w-full max-w-2xl" />
    </div>
  );
}
