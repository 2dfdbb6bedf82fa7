"use client";

import { useVirtualizer } from "@tanstack/react-virtual";
import { ArrowDown } from "lucide-react";
import {
  useCallback,
  useEffect,
  useImperativeHandle,
  useRef,
  useState,
  type ReactNode,
  type Ref,
} from "react";

import { Button } from "@/components/ui/button";
import { Skeleton } from "@/components/ui/skeleton";

import type { Row } from "./rows";

const GAP_PX = 28;
const NEAR_END_PX = 48;
const NEAR_START_PX = 600;
const ESTIMATED_PX = { user: 84, assistant: 420 };

export interface MessageListHandle {
  scrollToEnd: () => void;
  scrollToKey: (key: string) => void;
}

interface MessageListProps {
  rows: readonly Row[];
  hasEarlier: boolean;
  loadingEarlier: boolean;
  onNearStart: () => void;
  renderRow: (row: Row, index: number) => ReactNode;
  handle: Ref<MessageListHandle>;
}

/**
 * The messages of a chat, of which only those in sight are drawn. It stays at the end while an answer grows, unless the
 * reader has scrolled up; earlier messages come in above without moving what is read.
 */
export function MessageList({
  rows,
  hasEarlier,
  loadingEarlier,
  onNearStart,
  renderRow,
  handle,
}: MessageListProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const [atEnd, setAtEnd] = useState(true);
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: (index) => ESTIMATED_PX[rows[index]?.role ?? "assistant"],
    getItemKey: (index) => rows[index]?.key ?? index,
    gap: GAP_PX,
    overscan: 3,
    paddingStart: 24,
    paddingEnd: 24,
    anchorTo: "end",
    followOnAppend: true,
    scrollEndThreshold: NEAR_END_PX,
    onChange: (instance) => setAtEnd(instance.isAtEnd(NEAR_END_PX)),
  });
  useStayAtEnd(scroller, atEnd, () => virtualizer.scrollToEnd());
  const started = useRef(false);
  useEffect(() => {
    if (started.current || rows.length === 0) return;
    started.current = true;
    virtualizer.scrollToEnd();
  }, [rows.length, virtualizer]);
  useImperativeHandle(
    handle,
    () => ({
      scrollToEnd: () => virtualizer.scrollToEnd(),
      scrollToKey: (key) => {
        const index = rows.findIndex((row) => row.key === key);
        if (index >= 0) virtualizer.scrollToIndex(index, { align: "start" });
      },
    }),
    [rows, virtualizer],
  );

  const onScroll = useCallback(() => {
    const element = scroller.current;
    if (element && started.current && hasEarlier && !loadingEarlier && element.scrollTop < NEAR_START_PX)
      onNearStart();
  }, [hasEarlier, loadingEarlier, onNearStart]);

  return (
    <div className="relative min-h-0 flex-1">
      <div
        ref={scroller}
        onScroll={onScroll}
        tabIndex={0}
        role="region"
        aria-label="Messages"
        className="absolute inset-0 overflow-y-auto overscroll-contain [overflow-anchor:none] focus-visible:-outline-offset-2"
      >
        {hasEarlier ? (
          <div
            aria-busy={loadingEarlier}
            aria-label="Earlier messages"
            className="mx-auto grid max-w-3xl gap-2 px-4 pt-4"
          >
            <Skeleton className="h-4 w-2/3" />
            <Skeleton className="h-4 w-1/2" />
          </div>
        ) : null}
        <div className="relative mx-auto w-full max-w-3xl" style={{ height: virtualizer.getTotalSize() }}>
          {virtualizer.getVirtualItems().map(({ key, index, start }) => {
            const row = rows[index];
            return row ? (
              <div
                key={key}
                data-index={index}
                ref={virtualizer.measureElement}
                className="absolute inset-x-0 top-0 px-4 sm:px-6"
                style={{ transform: `translateY(${start}px)` }}
              >
                {renderRow(row, index)}
              </div>
            ) : null;
          })}
        </div>
      </div>
      {atEnd || rows.length === 0 ? null : (
        <Button
          size="icon"
          aria-label="To the latest message"
          className="absolute bottom-3 left-1/2 -translate-x-1/2 rounded-full shadow-float"
          onClick={() => virtualizer.scrollToEnd({ behavior: "smooth" })}
        >
          <ArrowDown aria-hidden />
        </Button>
      )}
    </div>
  );
}

/** The room for the messages changes (a longer question below, a panel beside): who was at the end stays there. */
function useStayAtEnd(scroller: { current: HTMLElement | null }, atEnd: boolean, scrollToEnd: () => void) {
  const latest = useRef({ atEnd, scrollToEnd });
  useEffect(() => {
    latest.current = { atEnd, scrollToEnd };
  });
  useEffect(() => {
    if (!scroller.current) return;
    const observer = new ResizeObserver(() => {
      if (latest.current.atEnd) latest.current.scrollToEnd();
    });
    observer.observe(scroller.current);
    return () => observer.disconnect();
  }, [scroller]);
}
