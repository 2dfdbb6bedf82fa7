"use client";

import { AlertDialog } from "@/components/ui/alert-dialog";
import { toast } from "@/components/ui/toast";
import { sentenceOf } from "@/lib/api/errors";
import type { Project } from "@/lib/api/types";
import { counted } from "@/lib/format";

import { useDeleteProject } from "./queries";

interface DeleteProjectDialogProps {
  project: Project;
  onClose: () => void;
}

export function DeleteProjectDialog({ project, onClose }: DeleteProjectDialogProps) {
  const remove = useDeleteProject(project.id);
  const { document_count: documents, chat_count: chats } = project;
  return (
    <AlertDialog
      open
      onOpenChange={(open) => (open ? undefined : onClose())}
      title={<span className="break-words">Delete “{project.name}”?</span>}
      description={
        <>
          <p>These go with it, for good:</p>
          <ul className="list-disc space-y-1 pl-5">
            <li>
              {documents === 0
                ? "no documents: there are none"
                : `${counted(documents, "document", "documents")}, with the original ${documents === 1 ? "file" : "files"} and all that was read from ${documents === 1 ? "it" : "them"}`}
            </li>
            <li>
              {chats === 0
                ? "no chats: there are none"
                : `${counted(chats, "chat", "chats")}, with all questions, answers and citations`}
            </li>
            <li>the project’s search settings</li>
          </ul>
          <p>There is no way to get them back.</p>
        </>
      }
      action="Delete project"
      busy={remove.isPending}
      error={remove.isError ? sentenceOf(remove.error) : undefined}
      onConfirm={() =>
        remove.mutate(undefined, {
          onSuccess: () => {
            toast.success("The project is deleted.");
            onClose();
          },
        })
      }
    />
  );
}
