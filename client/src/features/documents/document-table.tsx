"use client";

import { useWindowVirtualizer } from "@tanstack/react-virtual";
import { ArrowDown, ArrowUp } from "lucide-react";
import { useCallback, useLayoutEffect, useMemo, useRef, useState } from "react";

import { Checkbox } from "@/components/ui/checkbox";
import type { Document } from "@/lib/api/types";
import { cn } from "@/lib/cn";

import { COLUMN_CLASSES, DocumentRow, ROW_GRID, ROW_HEIGHT } from "./document-row";
import { COLUMNS, nextSorting, type Column, type Sorting } from "./table-view";

const COLUMN_NAMES: Record<Column, string> = {
  name: "Name",
  status: "Status",
  type: "Type",
  pages: "Pages",
  chunks: "Chunks",
  size: "Size",
  date: "Added",
};

interface DocumentTableProps {
  projectId: string;
  documents: readonly Document[];
  selected: ReadonlySet<string>;
  sorting: Sorting;
  /** Of uploads of this tab, by document, from 0 to 1. */
  uploaded: ReadonlyMap<string, number>;
  onSelect: (selected: ReadonlySet<string>) => void;
  onSort: (sorting: Sorting) => void;
  onRetry: (documentId: string) => void;
  onDelete: (documentId: string) => void;
}

/** A table of any length: only the rows in sight are drawn, and the page itself scrolls. */
export function DocumentTable(props: DocumentTableProps) {
  const { projectId, documents, selected, sorting, uploaded, onSelect, onSort, onRetry, onDelete } = props;
  const body = useRef<HTMLDivElement>(null);
  const [top, setTop] = useState(0);
  useLayoutEffect(() => {
    const measure = () => setTop((body.current?.getBoundingClientRect().top ?? 0) + window.scrollY);
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(document.body);
    return () => observer.disconnect();
  }, []);

  const rows = useWindowVirtualizer({
    count: documents.length,
    estimateSize: () => ROW_HEIGHT,
    overscan: 12,
    scrollMargin: top,
    getItemKey: (index) => documents[index]?.id ?? index,
  });

  const shownSelected = useMemo(
    () => documents.filter(({ id }) => selected.has(id)).length,
    [documents, selected],
  );
  const allSelected = shownSelected === documents.length && documents.length > 0;

  // The same function while the table scrolls, so that rows which stay in sight are not drawn again.
  const toggle = useCallback(
    (documentId: string, checked: boolean) => {
      const next = new Set(selected);
      if (checked) next.add(documentId);
      else next.delete(documentId);
      onSelect(next);
    },
    [selected, onSelect],
  );

  return (
    <div
      role="table"
      aria-label="Documents"
      aria-rowcount={documents.length + 1}
      className="rounded-xl border bg-surface text-sm shadow-soft"
    >
      <div role="rowgroup" className="sticky top-25 z-10 rounded-t-xl border-b bg-surface sm:top-14">
        <div role="row" aria-rowindex={1} className={cn(ROW_GRID, "h-10")}>
          <div role="columnheader" className="grid place-items-center">
            <Checkbox
              aria-label="Select all documents shown"
              checked={allSelected ? true : shownSelected > 0 ? "indeterminate" : false}
              onCheckedChange={(checked) => onSelect(new Set(checked ? documents.map(({ id }) => id) : []))}
            />
          </div>
          {COLUMNS.map((column) => (
            <HeaderCell key={column} column={column} sorting={sorting} onSort={onSort} />
          ))}
          <div role="columnheader">
            <span className="sr-only">Actions</span>
          </div>
        </div>
      </div>
      <div role="rowgroup" ref={body} className="relative" style={{ height: rows.getTotalSize() }}>
        {rows.getVirtualItems().map(({ index, key, start }) => {
          const document = documents[index];
          return document ? (
            <DocumentRow
              key={key}
              projectId={projectId}
              document={document}
              rowIndex={index + 2}
              offset={start - rows.options.scrollMargin}
              selected={selected.has(document.id)}
              uploaded={uploaded.get(document.id)}
              onSelect={toggle}
              onRetry={onRetry}
              onDelete={onDelete}
            />
          ) : null;
        })}
      </div>
    </div>
  );
}

const NUMERIC: ReadonlySet<Column> = new Set(["pages", "chunks", "size", "date"]);

interface HeaderCellProps {
  column: Column;
  sorting: Sorting;
  onSort: (sorting: Sorting) => void;
}

function HeaderCell({ column, sorting, onSort }: HeaderCellProps) {
  const current = sorting.column === column;
  const Arrow = sorting.descending ? ArrowDown : ArrowUp;
  return (
    <div
      role="columnheader"
      aria-sort={current ? (sorting.descending ? "descending" : "ascending") : "none"}
      className={cn(COLUMN_CLASSES[column], "leading-none", column === "status" && "max-md:sr-only")}
    >
      <button
        type="button"
        className={cn(
          "-mx-1 inline-flex items-center gap-1 rounded-sm px-1 py-0.5 text-xs font-medium text-muted-foreground hover:text-foreground",
          NUMERIC.has(column) && "flex-row-reverse",
        )}
        onClick={() => onSort(nextSorting(sorting, column))}
      >
        {COLUMN_NAMES[column]}
        <Arrow aria-hidden className={cn("size-3.5", current ? "opacity-100" : "opacity-0")} />
      </button>
    </div>
  );
}
