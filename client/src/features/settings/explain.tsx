"use client";

import { useMemo } from "react";

import { Field } from "@/components/ui/field";
import { Select } from "@/components/ui/select";
import { useDocuments } from "@/features/documents/queries";
import { viewed } from "@/features/documents/table-view";

import { PassageChoice } from "./passage-choice";
import type { Explained } from "./queries";

interface ExplainProps {
  projectId: string;
  explained: Explained | undefined;
  busy: boolean;
  onExplain: (wanted: Explained) => void;
}

/** Asks why a passage was found, or was not: one of a document, or the one that is nearest to the question. */
export function Explain({ projectId, explained, busy, onExplain }: ExplainProps) {
  const documents = useDocuments(projectId).data;
  const options = useMemo(() => {
    const sorting = { column: "name", descending: false } as const;
    const searchable = viewed(documents ?? [], { search: "", status: "completed", sorting });
    return [
      { value: "", label: "Choose a document" },
      ...searchable.map(({ id, file_name: name }) => ({ value: id, label: name })),
    ];
  }, [documents]);
  return (
    <div className="grid gap-2">
      <Field
        label="Is something missing?"
        help="Choose a document to see why its nearest passage was found, or was not; then another passage of it."
      >
        {(control) => (
          <Select
            {...control}
            className="w-full max-w-sm"
            value={explained?.documentId ?? ""}
            options={options}
            onValueChange={(documentId) => {
              if (documentId !== "" && !busy) onExplain({ documentId, chunkId: null });
            }}
          />
        )}
      </Field>
      {explained ? (
        <PassageChoice
          key={explained.documentId}
          documentId={explained.documentId}
          chunkId={explained.chunkId}
          onChoose={(chunkId) => {
            if (!busy) onExplain({ documentId: explained.documentId, chunkId });
          }}
        />
      ) : null}
    </div>
  );
}
