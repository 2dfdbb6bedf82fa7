"use client";

import { ArrowLeft } from "lucide-react";
import Link from "next/link";
import { useEffect, useState } from "react";

import { Button } from "@/components/ui/button";
import { Skeleton } from "@/components/ui/skeleton";
import { ErrorState } from "@/components/ui/states";
import { ApiError, sentenceOf } from "@/lib/api/errors";
import { routes } from "@/lib/routes";
import { usePathIds } from "@/lib/use-path-ids";

import { DocumentDetails } from "./document-details";
import { useDocument } from "./queries";

export function DocumentPage() {
  const { projectId, itemId: documentId = "" } = usePathIds();
  const document = useDocument(documentId);
  const chunkId = useChunkInAddress();

  useEffect(() => {
    if (document.data) window.document.title = `${document.data.file_name} · Opentrace`;
  }, [document.data]);

  const back = (
    <Link
      href={routes.documents(projectId)}
      className="inline-flex w-fit items-center gap-1.5 rounded-sm text-sm text-muted-foreground hover:text-foreground"
    >
      <ArrowLeft aria-hidden className="size-4" /> Documents
    </Link>
  );
  if (document.data) {
    return (
      <DocumentDetails
        key={documentId}
        projectId={projectId}
        document={document.data}
        firstChunkId={chunkId}
        back={back}
      />
    );
  }
  const missing = document.error instanceof ApiError && document.error.status === 404;
  return (
    <div className="mx-auto w-full max-w-[100rem] px-4 py-5 sm:px-6">
      {back}
      {document.isError ? (
        <ErrorState
          title={missing ? "There is no such document" : "The document could not be loaded"}
          detail={missing ? "It was deleted, or it belongs to another account." : sentenceOf(document.error)}
          actions={
            missing ? (
              <Button asChild variant="primary">
                <Link href={routes.documents(projectId)}>All documents</Link>
              </Button>
            ) : (
              <Button onClick={() => void document.refetch()}>Try again</Button>
            )
          }
        />
      ) : (
        <div role="status" aria-busy aria-label="Loading the document" className="mt-4 grid gap-4">
          <Skeleton className="h-9 w-2/3" />
          <Skeleton className="h-96" />
        </div>
      )}
    </div>
  );
}

/** The chunk that a link asks for: `?chunk=<id>`. */
function useChunkInAddress(): string | null {
  const [chunkId] = useState(() =>
    typeof window === "undefined" ? null : new URLSearchParams(window.location.search).get("chunk"),
  );
  return chunkId;
}
