"use client";

import { MoreHorizontal, RotateCw } from "lucide-react";
import Link from "next/link";
import { memo } from "react";

import { Button } from "@/components/ui/button";
import { Checkbox } from "@/components/ui/checkbox";
import type { Document } from "@/lib/api/types";
import { cn } from "@/lib/cn";
import { formatBytes, formatDate, formatDateTime, formatNumber } from "@/lib/format";
import { lazyPart } from "@/lib/lazy-part";
import { routes } from "@/lib/routes";

import { kindOf } from "./file-kinds";
import { chunkCount } from "./status";
import { StatusBadge } from "./status-badge";
import type { Column } from "./table-view";

// Until its code is there, the menu's button is drawn but does nothing: a moment after the first paint.
const RowMenu = lazyPart(
  () => import("./document-row-menu").then((module) => module.DocumentRowMenu),
  <MoreHorizontal aria-hidden className="size-4 text-muted-foreground" />,
);

export const ROW_HEIGHT = 56;
export const ROW_GRID =
  "grid grid-cols-[2.75rem_minmax(0,1fr)_auto_2.75rem] items-center gap-x-2 md:grid-cols-[2.75rem_minmax(0,1fr)_9.5rem_5rem_4.5rem_2.75rem] lg:grid-cols-[2.75rem_minmax(0,1fr)_10rem_5.5rem_4rem_4.5rem_5rem_7rem_2.75rem]";
export const COLUMN_CLASSES: Record<Column, string> = {
  name: "min-w-0",
  status: "justify-self-start",
  type: "hidden md:block",
  pages: "hidden text-right lg:block",
  chunks: "hidden text-right lg:block",
  size: "hidden text-right md:block",
  date: "hidden text-right lg:block",
};

interface DocumentRowProps {
  projectId: string;
  document: Document;
  rowIndex: number;
  offset: number;
  selected: boolean;
  uploaded: number | undefined;
  onSelect: (documentId: string, selected: boolean) => void;
  onRetry: (documentId: string) => void;
  onDelete: (documentId: string) => void;
}

export const DocumentRow = memo(function DocumentRow(props: DocumentRowProps) {
  const { projectId, document, rowIndex, offset, selected, uploaded, onSelect, onRetry, onDelete } = props;
  const { id, file_name: name, status } = document;
  const chunks = chunkCount(document);
  const stale = status === "completed" && document.error_code !== null;
  const note = status === "completed" && !stale ? document.title : document.status_message;
  return (
    <div
      role="row"
      aria-rowindex={rowIndex}
      aria-selected={selected}
      className={cn(
        ROW_GRID,
        "absolute inset-x-0 border-b transition-colors last:border-b-0 hover:bg-muted",
        selected && "bg-primary-soft hover:bg-primary-soft",
      )}
      style={{ height: ROW_HEIGHT, transform: `translateY(${offset}px)` }}
    >
      <div role="cell" className="grid place-items-center">
        <Checkbox
          aria-label={`Select ${name}`}
          checked={selected}
          onCheckedChange={(checked) => onSelect(id, checked)}
        />
      </div>
      <div role="cell" className={COLUMN_CLASSES.name}>
        <Link
          href={routes.document(projectId, id)}
          prefetch={false}
          title={name}
          className="block truncate rounded-sm font-medium underline-offset-4 hover:underline"
        >
          {name}
        </Link>
        {note && note !== name ? (
          <p
            title={note}
            className={cn(
              "truncate text-xs",
              status === "failed"
                ? "text-danger-text"
                : stale
                  ? "text-warning-text"
                  : "text-muted-foreground",
            )}
          >
            {note}
          </p>
        ) : null}
      </div>
      <div role="cell" className={cn(COLUMN_CLASSES.status, "flex items-center gap-1")}>
        <StatusBadge document={document} uploaded={uploaded} brief />
        {status === "failed" ? (
          <Button
            variant="quiet"
            size="icon-sm"
            aria-label={`Retry ${name}`}
            title="Retry"
            onClick={() => onRetry(id)}
          >
            <RotateCw aria-hidden />
          </Button>
        ) : null}
      </div>
      <div role="cell" className={cn(COLUMN_CLASSES.type, "text-muted-foreground")}>
        {document.source === "url" ? "Web page" : kindOf(document.content_type)}
      </div>
      <div role="cell" className={cn(COLUMN_CLASSES.pages, NUMBER)}>
        {document.page_count === null ? "–" : formatNumber(document.page_count)}
      </div>
      <div role="cell" className={cn(COLUMN_CLASSES.chunks, NUMBER)}>
        {chunks === null ? "–" : formatNumber(chunks)}
      </div>
      <div role="cell" className={cn(COLUMN_CLASSES.size, NUMBER)}>
        {formatBytes(document.size_bytes)}
      </div>
      <div role="cell" className={cn(COLUMN_CLASSES.date, NUMBER)}>
        <time dateTime={document.created_at} title={formatDateTime(document.created_at)}>
          {formatDate(document.created_at)}
        </time>
      </div>
      <div role="cell" className="grid place-items-center">
        <RowMenu projectId={projectId} document={document} onRetry={onRetry} onDelete={onDelete} />
      </div>
    </div>
  );
});

const NUMBER = "text-muted-foreground tabular-nums";
