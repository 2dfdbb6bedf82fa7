"use client";

import { useMemo } from "react";

import { Field } from "@/components/ui/field";
import { Select } from "@/components/ui/select";
import { useDocuments } from "@/features/documents/queries";
import { viewed } from "@/features/documents/table-view";

interface ExplainDocumentProps {
  projectId: string;
  /** The document that is explained; empty where none is. */
  documentId: string;
  onExplain: (documentId: string) => void;
}

/** Asks why a document was found, or was not. */
export function ExplainDocument({ projectId, documentId, onExplain }: ExplainDocumentProps) {
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
    <Field label="Is something missing?" help="Choose a document to see why it was found, or was not.">
      {(control) => (
        <Select
          {...control}
          className="w-full max-w-sm"
          value={documentId}
          options={options}
          onValueChange={(next) => {
            if (next !== "") onExplain(next);
          }}
        />
      )}
    </Field>
  );
}
