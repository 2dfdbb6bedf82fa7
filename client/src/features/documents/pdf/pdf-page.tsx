"use client";

import "react-pdf/dist/Page/TextLayer.css";

import { memo, useMemo } from "react";
import { Page } from "react-pdf";

import type { PdfHighlight } from "../pdf-viewer";
import { bandsOf } from "./layout";

const MOST_PIXELS_PER_PX = 2;

interface PdfPageProps {
  page: number;
  width: number;
  height: number;
  highlights: readonly PdfHighlight[];
  onAspect: (page: number, aspect: number) => void;
}

/** One page: its picture, its text to select, and the highlighted lines over both. */
export const PdfPage = memo(function PdfPage({ page, width, height, highlights, onAspect }: PdfPageProps) {
  const bands = useMemo(() => bandsOf(highlights, page), [highlights, page]);
  return (
    <div className="relative bg-white shadow-soft" style={{ width, height }} data-page-number={page}>
      <Page
        pageNumber={page}
        width={width}
        devicePixelRatio={Math.min(MOST_PIXELS_PER_PX, window.devicePixelRatio)}
        renderAnnotationLayer={false}
        loading={null}
        error={<PageNote>This page cannot be drawn. Open the original to see it.</PageNote>}
        noData={null}
        onLoadSuccess={({ originalWidth, originalHeight }) => onAspect(page, originalHeight / originalWidth)}
      />
      {bands.length > 0 ? (
        <div className="pointer-events-none absolute inset-0 mix-blend-multiply" data-highlights>
          <span className="sr-only">The passage is highlighted on this page.</span>
          {bands.map(({ left, top, width: wide, height: high }, index) => (
            <div
              key={index}
              aria-hidden
              data-highlight
              className="absolute rounded-[2px] bg-highlight"
              style={{
                left: `${left * 100}%`,
                top: `${top * 100}%`,
                width: `${wide * 100}%`,
                height: `${high * 100}%`,
              }}
            />
          ))}
        </div>
      ) : null}
    </div>
  );
});

function PageNote({ children }: { children: string }) {
  return <p className="p-6 text-sm text-neutral-600">{children}</p>;
}
