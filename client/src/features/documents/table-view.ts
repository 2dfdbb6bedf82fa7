import type { Document, DocumentStatus } from "@/lib/api/types";

import { kindOf } from "./file-kinds";
import { chunkCount, isMoving, STATUSES } from "./status";

export const COLUMNS = ["name", "status", "type", "pages", "chunks", "size", "date"] as const;
export type Column = (typeof COLUMNS)[number];

export interface Sorting {
  column: Column;
  descending: boolean;
}

export const STATUS_FILTERS = ["all", "completed", "moving", "failed"] as const;
export type StatusFilter = (typeof STATUS_FILTERS)[number];

export interface View {
  search: string;
  status: StatusFilter;
  sorting: Sorting;
}

type Key = string | number;

const ORDER = new Map<DocumentStatus, number>(STATUSES.map((status, index) => [status, index]));
const KEYS: Record<Column, (document: Document) => Key> = {
  name: ({ file_name }) => file_name,
  status: ({ status }) => ORDER.get(status) ?? 0,
  type: ({ source, content_type }) => (source === "url" ? "Web page" : kindOf(content_type)),
  pages: ({ page_count }) => page_count ?? -1,
  chunks: (document) => chunkCount(document) ?? -1,
  size: ({ size_bytes }) => size_bytes,
  date: ({ created_at }) => created_at,
};
/** `report 2` before `report 10`. */
const collator = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" });

function matchesStatus(document: Document, filter: StatusFilter): boolean {
  if (filter === "all") return true;
  if (filter === "moving") return isMoving(document) || document.status === "uploading";
  return document.status === filter;
}

/** The documents to show, in their order. */
export function viewed(documents: readonly Document[], { search, status, sorting }: View): Document[] {
  const words = search.toLocaleLowerCase().split(/\s+/).filter(Boolean);
  const keyOf = KEYS[sorting.column];
  const sign = sorting.descending ? -1 : 1;
  return documents
    .filter((document) => {
      const text = `${document.file_name} ${document.title ?? ""} ${document.url ?? ""}`.toLocaleLowerCase();
      return matchesStatus(document, status) && words.every((word) => text.includes(word));
    })
    .map((document) => ({ document, key: keyOf(document) }))
    .sort(
      (a, b) => sign * compared(a.key, b.key) || collator.compare(a.document.file_name, b.document.file_name),
    )
    .map(({ document }) => document);
}

function compared(a: Key, b: Key): number {
  return typeof a === "number" && typeof b === "number" ? a - b : collator.compare(String(a), String(b));
}

/** Clicking a column again turns it around; numbers and dates begin with the largest. */
export function nextSorting(current: Sorting, column: Column): Sorting {
  if (current.column === column) return { column, descending: !current.descending };
  return {
    column,
    descending: column === "pages" || column === "chunks" || column === "size" || column === "date",
  };
}
