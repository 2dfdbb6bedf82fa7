"use client";

import { useVirtualizer } from "@tanstack/react-virtual";
import { useCallback, useEffect, useLayoutEffect, useRef, useState } from "react";

import type { PdfViewerProps } from "../pdf-viewer";
import { clampPage, PAGE_GAP_PX, PAGE_MARGIN_PX, topOfHighlights } from "./layout";
import { PdfPage } from "./pdf-page";
import { PdfToolbar } from "./pdf-toolbar";

const PASSAGE_FROM_TOP = 0.2;

interface PdfPagesProps extends PdfViewerProps {
  pageCount: number;
  firstAspect: number;
}

/** The pages below each other, of which only those in sight are drawn. */
export function PdfPages({ fileUrl, page: wanted, highlights, pageCount, firstAspect }: PdfPagesProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const roomPx = useWidth(scroller);
  const [zoom, setZoom] = useState(1);
  const [aspects, setAspects] = useState<ReadonlyMap<number, number>>(new Map());
  const width = Math.max(120, (roomPx - 2 * PAGE_MARGIN_PX) * zoom);
  const heightOf = useCallback(
    (number: number) => Math.round(width * (aspects.get(number) ?? firstAspect)),
    [width, aspects, firstAspect],
  );
  const virtualizer = useVirtualizer({
    count: pageCount,
    enabled: roomPx > 0,
    getScrollElement: () => scroller.current,
    estimateSize: (index) => heightOf(index + 1),
    gap: PAGE_GAP_PX,
    overscan: 1,
    paddingStart: PAGE_MARGIN_PX,
    paddingEnd: PAGE_MARGIN_PX,
  });
  const shownAt = (virtualizer.scrollOffset ?? 0) + (virtualizer.scrollRect?.height ?? 0) / 3;
  const shown = roomPx > 0 ? virtualizer.getVirtualItemForOffset(shownAt) : undefined;
  const page = shown ? shown.index + 1 : clampPage(wanted, pageCount);
  useLayoutEffect(() => {
    virtualizer.measure();
  }, [virtualizer, heightOf]);

  const goTo = useCallback(
    (number: number, share = 0) => {
      const target = clampPage(number, pageCount);
      const start = virtualizer.getOffsetForIndex(target - 1, "start")?.[0];
      if (start === undefined) return;
      const room = scroller.current?.clientHeight ?? 0;
      const within = share > 0 ? share * heightOf(target) - room * PASSAGE_FROM_TOP : -PAGE_MARGIN_PX;
      virtualizer.scrollToOffset(Math.max(0, start + within));
    },
    [virtualizer, heightOf, pageCount],
  );
  const toPassage = useCallback(
    () => goTo(wanted, topOfHighlights(highlights, wanted)),
    [goTo, wanted, highlights],
  );
  useGoOnce(toPassage, `${wanted} ${JSON.stringify(highlights)}`, roomPx > 0);

  const changeZoom = (next: number) => {
    const element = scroller.current;
    if (!element) return;
    const share = next / zoom;
    const top = element.scrollTop * share;
    const left = (element.scrollLeft + element.clientWidth / 2) * share - element.clientWidth / 2;
    setZoom(next);
    requestAnimationFrame(() => element.scrollTo({ top, left }));
  };
  const noteAspect = useCallback(
    (number: number, aspect: number) =>
      setAspects((known) => {
        if (Math.abs((known.get(number) ?? firstAspect) - aspect) < 0.001) return known;
        return new Map(known).set(number, aspect);
      }),
    [firstAspect],
  );
  return (
    <>
      <PdfToolbar
        fileUrl={fileUrl}
        page={page}
        pageCount={pageCount}
        zoom={zoom}
        onPage={goTo}
        onZoom={changeZoom}
        onPassage={highlights.length > 0 ? toPassage : undefined}
      />
      <div
        ref={scroller}
        tabIndex={0}
        role="region"
        aria-label="Pages of the document"
        className="min-h-0 flex-1 overflow-auto bg-muted [overflow-anchor:none] focus-visible:-outline-offset-2"
      >
        <div
          className="relative min-w-full"
          style={{ height: virtualizer.getTotalSize(), width: width + 2 * PAGE_MARGIN_PX }}
        >
          {virtualizer.getVirtualItems().map(({ key, index, start }) => (
            <div
              key={key}
              className="absolute inset-x-0 top-0 flex justify-center"
              style={{ transform: `translateY(${start}px)` }}
            >
              <PdfPage
                page={index + 1}
                width={width}
                height={heightOf(index + 1)}
                highlights={highlights}
                onAspect={noteAspect}
              />
            </div>
          ))}
        </div>
      </div>
    </>
  );
}

/** Goes to the passage when there is another one, and not again when the window or the zoom changes. */
function useGoOnce(go: () => void, target: string, ready: boolean) {
  const gone = useRef<string | null>(null);
  useEffect(() => {
    if (!ready || gone.current === target) return;
    const frame = requestAnimationFrame(() => {
      gone.current = target;
      go();
    });
    return () => cancelAnimationFrame(frame);
  }, [go, target, ready]);
}

function useWidth(element: { current: HTMLElement | null }): number {
  const [width, setWidth] = useState(0);
  useLayoutEffect(() => {
    if (!element.current) return;
    const observer = new ResizeObserver(([entry]) => {
      if (entry) setWidth(Math.floor(entry.contentRect.width));
    });
    observer.observe(element.current);
    return () => observer.disconnect();
  }, [element]);
  return width;
}
