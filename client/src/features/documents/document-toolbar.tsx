"use client";

import { Search, Trash2, X } from "lucide-react";
import { useMemo } from "react";

import { Button } from "@/components/ui/button";
import { Input } from "@/components/ui/input";
import { Select } from "@/components/ui/select";
import type { Document } from "@/lib/api/types";
import { cn } from "@/lib/cn";
import { counted, formatNumber } from "@/lib/format";

import { STATUS_FILTERS, viewed, type StatusFilter, type View } from "./table-view";

const FILTER_NAMES: Record<StatusFilter, string> = {
  all: "All",
  completed: "Completed",
  moving: "In work",
  failed: "Failed",
};

interface DocumentToolbarProps {
  documents: readonly Document[];
  shown: number;
  view: View;
  selected: ReadonlySet<string>;
  onView: (view: View) => void;
  onClearSelection: () => void;
  onDelete: () => void;
}

export function DocumentToolbar(props: DocumentToolbarProps) {
  const { documents, shown, view, selected, onView, onClearSelection, onDelete } = props;
  const options = useMemo(
    () =>
      STATUS_FILTERS.map((value) => ({
        value,
        label: `${FILTER_NAMES[value]} (${formatNumber(viewed(documents, { ...view, search: "", status: value }).length)})`,
      })),
    [documents, view],
  );
  return (
    <div className="mb-3 flex min-h-9 flex-wrap items-center gap-2">
      <div className="relative w-full sm:w-64">
        <Search aria-hidden className="absolute top-2.5 left-3 size-4 text-muted-foreground" />
        <Input
          type="search"
          aria-label="Filter documents by name"
          placeholder="Filter by name"
          value={view.search}
          onChange={(event) => onView({ ...view, search: event.target.value })}
          className="pl-9"
        />
      </div>
      <Select
        aria-label="Filter documents by status"
        value={view.status}
        options={options}
        onValueChange={(status) => onView({ ...view, status })}
        className="w-40"
      />
      <p role="status" className={cn("text-sm text-muted-foreground", selected.size > 0 && "sr-only")}>
        {shown === documents.length
          ? counted(shown, "document", "documents")
          : `${formatNumber(shown)} of ${formatNumber(documents.length)}`}
      </p>
      {selected.size > 0 ? (
        <div className="ml-auto flex items-center gap-2">
          <span className="text-sm font-medium">{formatNumber(selected.size)} selected</span>
          <Button size="sm" className="max-sm:w-8 max-sm:px-0" aria-label="Delete…" onClick={onDelete}>
            <Trash2 aria-hidden /> <span className="max-sm:hidden">Delete…</span>
          </Button>
          <Button size="icon-sm" variant="quiet" aria-label="Clear the selection" onClick={onClearSelection}>
            <X aria-hidden />
          </Button>
        </div>
      ) : null}
    </div>
  );
}
