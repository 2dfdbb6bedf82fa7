"use client";

import { useVirtualizer } from "@tanstack/react-virtual";
import { useCallback, useEffect, useEffectEvent, useLayoutEffect, useRef, useState } from "react";

import type { PdfViewerProps } from "../pdf-viewer";
import { clampPage, PAGE_GAP_PX, PAGE_MARGIN_PX, topOfHighlights } from "./layout";
import { PdfPage } from "./pdf-page";
import { PdfToolbar } from "./pdf-toolbar";

const PASSAGE_FROM_TOP = 0.2;

/** A page, and how far down on it, from 0 to 1. */
interface Place {
  page: number;
  share: number;
}

interface PdfPagesProps extends PdfViewerProps {
  pageCount: number;
  firstAspect: number;
}

/** The pages below each other, of which only those in sight are drawn. */
export function PdfPages({ fileUrl, page: wanted, highlights, pageCount, firstAspect }: PdfPagesProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const roomPx = useWidth(scroller);
  const [zoom, setZoom] = useState(1);
  const gone = useRef<(Place & { top: number }) | null>(null);
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
      const top = Math.max(0, start + within);
      virtualizer.scrollToOffset(top);
      gone.current = { page: target, share, top };
    },
    [virtualizer, heightOf, pageCount],
  );
  const toPassage = useCallback(
    () => goTo(wanted, topOfHighlights(highlights, wanted)),
    [goTo, wanted, highlights],
  );
  const whenLaidOut = useCallback(
    (act: () => void) => {
      const ready = () => (scroller.current?.scrollHeight ?? 0) >= virtualizer.getTotalSize();
      return onceTrue(ready, act);
    },
    [virtualizer],
  );
  useGoOnce(toPassage, { target: `${wanted} ${JSON.stringify(highlights)}`, ready: roomPx > 0, whenLaidOut });
  const place = useRef<Place>({ page: 1, share: 0 });
  const notePlace = () => {
    const top = scroller.current?.scrollTop ?? 0;
    const item = virtualizer.getVirtualItemForOffset(top);
    if (item) place.current = { page: item.index + 1, share: (top - item.start) / item.size };
  };
  const backTo = ({ page: number, share }: Place) => {
    const start = virtualizer.getOffsetForIndex(number - 1, "start")?.[0];
    if (start !== undefined) virtualizer.scrollToOffset(start + share * heightOf(number));
  };
  // Where the room changes, as it does while a panel opens, the pages do: what was gone to is gone to again, unless
  // somebody has scrolled on since, who stays where they are.
  const keepPlace = useEffectEvent(() => {
    const [target, stay] = [gone.current, place.current];
    const still = target && Math.abs((scroller.current?.scrollTop ?? 0) - target.top) < 2;
    return whenLaidOut(() => (still ? goTo(target.page, target.share) : backTo(stay)));
  });
  useLayoutEffect(() => (gone.current ? keepPlace() : undefined), [width]);

  const changeZoom = (next: number) => {
    const element = scroller.current;
    if (!element) return;
    const left = ((element.scrollLeft + element.clientWidth / 2) * next) / zoom - element.clientWidth / 2;
    setZoom(next);
    requestAnimationFrame(() => element.scrollTo({ left }));
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
        onScroll={notePlace}
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

interface GoOnceOptions {
  target: string;
  ready: boolean;
  whenLaidOut: (act: () => void) => () => void;
}

/** Goes to the passage when there is another one, and not again when the window or the zoom changes. */
function useGoOnce(go: () => void, { target, ready, whenLaidOut }: GoOnceOptions) {
  const gone = useRef<string | null>(null);
  useEffect(() => {
    if (!ready || gone.current === target) return;
    return whenLaidOut(() => {
      gone.current = target;
      go();
    });
  }, [go, target, ready, whenLaidOut]);
}

/** Acts in the first frame in which it is ready: what is not as high yet cannot be scrolled that far. */
function onceTrue(ready: () => boolean, act: () => void): () => void {
  let frame = requestAnimationFrame(function look() {
    if (ready()) act();
    else frame = requestAnimationFrame(look);
  });
  return () => cancelAnimationFrame(frame);
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
