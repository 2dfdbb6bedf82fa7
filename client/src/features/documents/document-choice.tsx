"use client";

import { ChevronDown, Files, Search, X } from "lucide-react";
import { useMemo, useState } from "react";

import { Button } from "@/components/ui/button";
import { Checkbox } from "@/components/ui/checkbox";
import { Input } from "@/components/ui/input";
import { Popover, PopoverContent, PopoverTrigger } from "@/components/ui/popover";
import { Skeleton } from "@/components/ui/skeleton";
import { sentenceOf } from "@/lib/api/errors";
import { cn } from "@/lib/cn";
import { counted } from "@/lib/format";

import { useDocuments } from "./queries";
import { viewed } from "./table-view";

/** A document as it was chosen: its name is shown before the list of all has come. */
export interface Picked {
  id: string;
  name: string;
}

interface DocumentChoiceProps {
  projectId: string;
  /** None: all of them. */
  picked: readonly Picked[];
  onPick: (picked: readonly Picked[]) => void;
  className?: string;
}

/** Which documents to search: all, or those that are ticked. */
export function DocumentChoice({ projectId, picked, onPick, className }: DocumentChoiceProps) {
  const [first] = picked;
  const label =
    first === undefined
      ? "All documents"
      : picked.length === 1
        ? first.name
        : counted(picked.length, "document", "documents");
  return (
    <span className={cn("inline-flex min-w-0 items-center", className)}>
      <Popover>
        <PopoverTrigger asChild>
          <Button
            size="sm"
            variant="quiet"
            aria-label={`Search in: ${label}`}
            className={cn(
              "min-w-0 px-2",
              first && "bg-primary-soft text-primary-text hover:bg-primary-soft hover:text-primary-text",
            )}
          >
            <Files aria-hidden />
            <bdi className="truncate">{label}</bdi>
            <ChevronDown aria-hidden className="-mr-0.5 opacity-60" />
          </Button>
        </PopoverTrigger>
        <PopoverContent aria-label="Documents to search" className="grid gap-2 p-2">
          <Choices projectId={projectId} picked={picked} onPick={onPick} />
        </PopoverContent>
      </Popover>
      {first ? (
        <Button
          size="icon-sm"
          variant="quiet"
          aria-label="Search all documents"
          title="Search all documents"
          onClick={() => onPick([])}
        >
          <X aria-hidden />
        </Button>
      ) : null}
    </span>
  );
}

const SHOWN = 100;

function Choices({ projectId, picked, onPick }: Omit<DocumentChoiceProps, "className">) {
  const documents = useDocuments(projectId);
  const [search, setSearch] = useState("");
  const ids = useMemo(() => new Set(picked.map(({ id }) => id)), [picked]);
  const found = useMemo(
    () =>
      viewed(documents.data ?? [], {
        search,
        status: "completed",
        sorting: { column: "name", descending: false },
      }),
    [documents.data, search],
  );

  function toggle({ id, name }: Picked, checked: boolean) {
    onPick(checked ? [...picked, { id, name }] : picked.filter((one) => one.id !== id));
  }

  return (
    <>
      <div className="relative">
        <Search aria-hidden className="absolute top-2.5 left-3 size-4 text-muted-foreground" />
        <Input
          type="search"
          aria-label="Find a document"
          placeholder="Find a document"
          value={search}
          onChange={(event) => setSearch(event.target.value)}
          className="pl-9"
        />
      </div>
      {documents.isPending ? (
        <div role="status" aria-busy aria-label="Loading documents" className="grid gap-2 p-2">
          <Skeleton className="h-4 w-4/5" />
          <Skeleton className="h-4 w-3/5" />
        </div>
      ) : null}
      {documents.isError && !documents.data ? (
        <p role="alert" className="p-2 text-sm text-danger-text">
          {sentenceOf(documents.error)}
        </p>
      ) : null}
      {documents.data && found.length === 0 ? (
        <p className="p-2 text-sm text-muted-foreground">
          {search.trim() ? "No document has this name." : "No document can be searched yet."}
        </p>
      ) : null}
      <ul aria-label="Documents" className="max-h-64 overflow-y-auto">
        {found.slice(0, SHOWN).map(({ id, file_name: name }) => (
          <li key={id}>
            <label className="flex cursor-pointer items-center gap-2.5 rounded-md px-2 py-1.5 text-sm hover:bg-accent">
              <Checkbox
                aria-label={name}
                checked={ids.has(id)}
                onCheckedChange={(checked) => toggle({ id, name }, checked)}
              />
              <bdi className="min-w-0 truncate" title={name}>
                {name}
              </bdi>
            </label>
          </li>
        ))}
        {found.length > SHOWN ? (
          <li className="px-2 py-1.5 text-sm text-muted-foreground">
            and {counted(found.length - SHOWN, "more", "more")}: find them by name
          </li>
        ) : null}
      </ul>
    </>
  );
}
