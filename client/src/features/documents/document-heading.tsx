"use client";

import { Download, RotateCw, Trash2, TriangleAlert } from "lucide-react";
import { useRouter } from "next/navigation";
import { useState } from "react";

import { Button } from "@/components/ui/button";
import { toast } from "@/components/ui/toast";
import { sentenceOf } from "@/lib/api/errors";
import type { Document } from "@/lib/api/types";
import { cn } from "@/lib/cn";
import { counted, formatBytes, formatDateTime } from "@/lib/format";
import { lazyPart } from "@/lib/lazy-part";
import { routes } from "@/lib/routes";
import { useIdleLoad } from "@/lib/use-idle-load";

import { ExternalLink } from "@/components/external-link";

import { kindOf, pageWords } from "./file-kinds";
import { useRetryDocument } from "./queries";
import { StatusBadge } from "./status-badge";

const loadDialog = () => import("./delete-documents-dialog");
const DeleteDocumentsDialog = lazyPart(() => loadDialog().then((module) => module.DeleteDocumentsDialog));

interface DocumentHeadingProps {
  projectId: string;
  document: Document;
  /** How many things went less than well while it was read. */
  warnings: number;
  onWarnings: () => void;
}

/** What a document is, how it stands, and what can be done with it. */
export function DocumentHeading({ projectId, document, warnings, onWarnings }: DocumentHeadingProps) {
  useIdleLoad(loadDialog);
  const router = useRouter();
  const retry = useRetryDocument(projectId);
  const [deleting, setDeleting] = useState(false);
  const { id, file_name: name, status } = document;
  const facts = [
    document.source === "url" ? "Web page" : kindOf(document.content_type),
    formatBytes(document.size_bytes),
    document.page_count === null ? null : counted(document.page_count, ...pageWords(document.content_type)),
    `added ${formatDateTime(document.created_at)}`,
  ].filter((fact) => fact !== null);

  return (
    <div className="mt-2 mb-4 flex flex-wrap items-start gap-x-4 gap-y-3">
      <div className="min-w-0 flex-1 basis-72">
        <h1 className="text-xl font-semibold tracking-tight break-words sm:text-2xl">{name}</h1>
        <p className="mt-1 flex flex-wrap items-center gap-x-2 gap-y-1 text-sm text-muted-foreground">
          <StatusBadge document={document} />
          {warnings > 0 ? (
            <button
              type="button"
              onClick={onWarnings}
              className="inline-flex items-center gap-1.5 rounded-full bg-warning-soft px-2 py-0.5 text-xs font-medium text-warning-text hover:underline"
            >
              <TriangleAlert aria-hidden className="size-3.5" />
              {counted(warnings, "warning", "warnings")}
            </button>
          ) : null}
          {facts.join(" · ")}
        </p>
        {document.url ? (
          <p className="mt-1 text-sm">
            <ExternalLink address={document.url} words={document.url}>
              <bdi className="break-all">{document.url}</bdi>
            </ExternalLink>
          </p>
        ) : null}
        {document.status_message && (status !== "completed" || document.error_code) ? (
          <p
            role="status"
            className={cn(
              "mt-2 text-sm",
              status === "failed" ? "text-danger-text" : "text-muted-foreground",
              status === "completed" && "text-warning-text",
            )}
          >
            {document.status_message}
          </p>
        ) : null}
      </div>
      <div className="flex gap-2">
        {status === "failed" || (document.source === "url" && status === "completed") ? (
          <Button
            variant={status === "failed" ? "primary" : "secondary"}
            busy={retry.isPending}
            onClick={() => retry.mutate(id, { onError: (error) => toast.error(sentenceOf(error)) })}
          >
            <RotateCw aria-hidden /> {status === "failed" ? "Retry" : "Fetch again"}
          </Button>
        ) : null}
        {status === "uploading" ? null : (
          <Button asChild>
            <a href={`/api/documents/${id}/file`} target="_blank" rel="noopener noreferrer">
              <Download aria-hidden /> Open original
            </a>
          </Button>
        )}
        <Button
          variant="ghost"
          size="icon"
          aria-label="Delete the document"
          onClick={() => setDeleting(true)}
        >
          <Trash2 aria-hidden />
        </Button>
      </div>
      {deleting ? (
        <DeleteDocumentsDialog
          projectId={projectId}
          documents={[document]}
          onClose={() => setDeleting(false)}
          onDeleted={() => router.replace(routes.documents(projectId))}
        />
      ) : null}
    </div>
  );
}
