"use client";

import { Download, RotateCw, Trash2 } from "lucide-react";
import dynamic from "next/dynamic";
import { useRouter } from "next/navigation";
import { useState, type ReactNode } from "react";

import { Button } from "@/components/ui/button";
import { Tabs, TabsContent, TabsList, TabsTrigger } from "@/components/ui/tabs";
import { toast } from "@/components/ui/toast";
import { sentenceOf } from "@/lib/api/errors";
import type { Chunk, Document } from "@/lib/api/types";
import { cn } from "@/lib/cn";
import { counted, formatBytes, formatDateTime } from "@/lib/format";
import { routes } from "@/lib/routes";
import { useIdleLoad } from "@/lib/use-idle-load";

import { ChunkList } from "./chunk-list";
import { kindOf } from "./file-kinds";
import { Original } from "./original";
import { useRetryDocument } from "./queries";
import { StageList } from "./stage-list";
import { StatusBadge } from "./status-badge";

const loadDialog = () => import("./delete-documents-dialog");
const DeleteDocumentsDialog = dynamic(() => loadDialog().then((module) => module.DeleteDocumentsDialog), {
  ssr: false,
});

interface DocumentDetailsProps {
  projectId: string;
  document: Document;
  firstChunkId: string | null;
  back: ReactNode;
}

type Tab = "chunks" | "stages" | "original";

/** What was read from a document, beside the document itself. On a small screen the original is a tab of its own. */
export function DocumentDetails({ projectId, document, firstChunkId, back }: DocumentDetailsProps) {
  useIdleLoad(loadDialog);
  const ready = document.status === "completed";
  const [tab, setTab] = useState<Tab>(ready ? "chunks" : "stages");
  const [chunk, setChunk] = useState<Chunk | null>(null);

  return (
    <div className="mx-auto flex w-full max-w-[100rem] flex-1 flex-col px-4 pt-5 sm:px-6 lg:h-[calc(100dvh-3.5rem)] lg:min-h-0 lg:flex-none">
      {back}
      <Heading projectId={projectId} document={document} />
      <div className="grid min-h-0 flex-1 gap-6 lg:grid-cols-2">
        <Tabs value={tab} onValueChange={setTab} className="flex min-h-0 min-w-0 flex-col lg:pb-4">
          <TabsList aria-label="Document">
            <TabsTrigger value="chunks">Chunks</TabsTrigger>
            <TabsTrigger value="stages">How it was read</TabsTrigger>
            <TabsTrigger value="original" className="lg:hidden">
              Original
            </TabsTrigger>
          </TabsList>
          <TabsContent value="chunks" className="flex min-h-0 flex-1 flex-col focus-visible:outline-none">
            <ChunkList
              document={document}
              firstChunkId={firstChunkId}
              selectedId={chunk?.id ?? null}
              onSelect={setChunk}
              onShow={(shown) => {
                setChunk(shown);
                setTab("original");
              }}
            />
          </TabsContent>
          <TabsContent value="stages" className="min-h-0 flex-1 overflow-y-auto focus-visible:outline-none">
            <StageList document={document} />
          </TabsContent>
          <TabsContent value="original" className="h-[75dvh] py-4 focus-visible:outline-none lg:hidden">
            <Original document={document} chunk={chunk} />
          </TabsContent>
        </Tabs>
        <section
          aria-label="Original"
          className={cn("hidden min-h-0 min-w-0 pb-4 lg:flex lg:flex-col", tab === "original" && "lg:flex")}
        >
          <Original document={document} chunk={chunk} />
        </section>
      </div>
    </div>
  );
}

function Heading({ projectId, document }: Pick<DocumentDetailsProps, "projectId" | "document">) {
  const router = useRouter();
  const retry = useRetryDocument(projectId);
  const [deleting, setDeleting] = useState(false);
  const { id, file_name: name, status } = document;
  const facts = [
    kindOf(document.content_type),
    formatBytes(document.size_bytes),
    document.page_count === null ? null : counted(document.page_count, "page", "pages"),
    `added ${formatDateTime(document.created_at)}`,
  ].filter((fact) => fact !== null);

  return (
    <div className="mt-2 mb-4 flex flex-wrap items-start gap-x-4 gap-y-3">
      <div className="min-w-0 flex-1 basis-72">
        <h1 className="text-xl font-semibold tracking-tight break-words sm:text-2xl">{name}</h1>
        <p className="mt-1 flex flex-wrap items-center gap-x-2 gap-y-1 text-sm text-muted-foreground">
          <StatusBadge document={document} />
          {facts.join(" · ")}
        </p>
        {status !== "completed" && document.status_message ? (
          <p
            role="status"
            className={cn("mt-2 text-sm", status === "failed" ? "text-danger-text" : "text-muted-foreground")}
          >
            {document.status_message}
          </p>
        ) : null}
      </div>
      <div className="flex gap-2">
        {status === "failed" ? (
          <Button
            variant="primary"
            busy={retry.isPending}
            onClick={() => retry.mutate(id, { onError: (error) => toast.error(sentenceOf(error)) })}
          >
            <RotateCw aria-hidden /> Retry
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
