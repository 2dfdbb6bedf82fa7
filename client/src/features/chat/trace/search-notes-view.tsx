import { Compass, TriangleAlert } from "lucide-react";

import { Button } from "@/components/ui/button";

import type { PreferredDocument, SearchNotes } from "./search-notes";

interface SearchNotesViewProps {
  notes: SearchNotes;
  /** Searches in the preferred documents alone, where that can be done. */
  onOnly?: (documents: readonly PreferredDocument[]) => void;
}

/** What a search took into account besides the words of the question. */
export function SearchNotesView({ notes, onOnly }: SearchNotesViewProps) {
  const { preferred, latest, failures } = notes;
  return (
    <>
      {preferred.length > 0 ? (
        <div className="grid gap-1.5 rounded-lg bg-primary-soft/60 px-3 py-2 text-sm">
          <p className="flex gap-2 text-primary-text">
            <Compass aria-hidden className="mt-0.5 size-4 shrink-0" />
            {latest
              ? "The question asks for the newest of what fits. These are preferred:"
              : "The question fits these documents best. They are preferred, not required:"}
          </p>
          <ul className="grid gap-0.5 pl-6">
            {preferred.map(({ id, name, matched }) => (
              <li key={id} className="[overflow-wrap:anywhere]">
                <bdi>{name}</bdi>
                {matched.length > 0 ? (
                  <span className="text-muted-foreground"> · {matched.join(", ")}</span>
                ) : null}
              </li>
            ))}
          </ul>
          {onOnly ? (
            <Button
              variant="link"
              size="inline"
              className="ml-6 w-fit text-sm"
              onClick={() => onOnly(preferred)}
            >
              Search only in {preferred.length === 1 ? "it" : "these"}
            </Button>
          ) : null}
        </div>
      ) : null}
      {failures.map((failure) => (
        <p key={failure} className="flex gap-2 text-sm text-warning-text">
          <TriangleAlert aria-hidden className="mt-0.5 size-4 shrink-0" /> {failure}; the search went on
          without.
        </p>
      ))}
    </>
  );
}
