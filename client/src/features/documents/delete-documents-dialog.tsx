"use client";

import { AlertDialog } from "@/components/ui/alert-dialog";
import { toast } from "@/components/ui/toast";
import { sentenceOf } from "@/lib/api/errors";
import type { Document } from "@/lib/api/types";
import { counted } from "@/lib/format";

import { useDeleteDocuments } from "./queries";
import { chunkCount } from "./status";

interface DeleteDocumentsDialogProps {
  projectId: string;
  documents: readonly Document[];
  onClose: () => void;
  onDeleted: () => void;
}

export function DeleteDocumentsDialog({
  projectId,
  documents,
  onClose,
  onDeleted,
}: DeleteDocumentsDialogProps) {
  const remove = useDeleteDocuments(projectId);
  const [first] = documents;
  const one = documents.length === 1;
  const chunks = documents.reduce((sum, document) => sum + (chunkCount(document) ?? 0), 0);
  const what = one && first ? `“${first.file_name}”` : counted(documents.length, "document", "documents");
  return (
    <AlertDialog
      open
      onOpenChange={(open) => (open ? undefined : onClose())}
      title={<span className="break-words">Delete {what}?</span>}
      description={
        <>
          <p>
            The original {one ? "file" : "files"} and{" "}
            {chunks > 0 ? counted(chunks, "passage", "passages") : "all that was read"} from{" "}
            {one ? "it" : "them"} are deleted for good, and no answer will use {one ? "it" : "them"} any more.
          </p>
          <p>
            Answers that cite {one ? "it" : "them"} keep the quoted text, but can no longer open the original.
          </p>
        </>
      }
      action={one ? "Delete document" : `Delete ${counted(documents.length, "document", "documents")}`}
      busy={remove.isPending}
      error={remove.isError ? sentenceOf(remove.error) : undefined}
      onConfirm={() =>
        remove.mutate(
          documents.map(({ id }) => id),
          {
            onSuccess: (removed) => {
              toast.success(
                removed === 1
                  ? "The document is deleted."
                  : `${counted(removed, "document is", "documents are")} deleted.`,
              );
              onDeleted();
            },
          },
        )
      }
    />
  );
}
