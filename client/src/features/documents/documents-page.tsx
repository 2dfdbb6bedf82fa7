"use client";

import { useCallback, useMemo, useState, useSyncExternalStore } from "react";

import { Button } from "@/components/ui/button";
import { Skeleton } from "@/components/ui/skeleton";
import { ErrorState } from "@/components/ui/states";
import { toast } from "@/components/ui/toast";
import { useConfig } from "@/features/session/queries";
import { sentenceOf } from "@/lib/api/errors";
import { lazyPart } from "@/lib/lazy-part";
import { useIdleLoad } from "@/lib/use-idle-load";
import { usePathIds } from "@/lib/use-path-ids";

import { DocumentToolbar } from "./document-toolbar";
import { DropZone, PickButtons } from "./drop-zone";
import { refusalOf } from "./file-kinds";
import { NoDocuments, NoneMatch } from "./no-documents";
import { useDocuments, useRetryDocument } from "./queries";
import { viewed, type View } from "./table-view";
import { isUnderWay, uploads, type Upload } from "./uploads";

const DocumentTable = lazyPart(
  () => import("./document-table").then((module) => module.DocumentTable),
  <Skeleton className="h-96 rounded-xl" />,
);
const loadDialog = () => import("./delete-documents-dialog");
const DeleteDocumentsDialog = lazyPart(() => loadDialog().then((module) => module.DeleteDocumentsDialog));
const AddPagesDialog = lazyPart(() => import("./add-pages-dialog").then((module) => module.AddPagesDialog));

const UploadPanel = lazyPart(() => import("./upload-panel").then((module) => module.UploadPanel));

const NONE: readonly Upload[] = [];
const FIRST_VIEW: View = { search: "", status: "all", sorting: { column: "date", descending: true } };

export function DocumentsPage() {
  const { projectId } = usePathIds();
  return <Documents key={projectId} projectId={projectId} />;
}

function Documents({ projectId }: { projectId: string }) {
  useIdleLoad(loadDialog);
  const documents = useDocuments(projectId);
  const config = useConfig();
  const retry = useRetryDocument(projectId);
  const [view, setView] = useState(FIRST_VIEW);
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const [addingPages, setAddingPages] = useState(false);
  const [deleting, setDeleting] = useState<readonly string[] | null>(null);

  const everyUpload = useSyncExternalStore(uploads.subscribe, uploads.get, () => NONE);
  const own = useMemo(
    () => everyUpload.filter((upload) => upload.projectId === projectId),
    [everyUpload, projectId],
  );
  const uploaded = useMemo(() => uploadedShares(own), [own]);
  const all = documents.data;
  const shown = useMemo(() => (all ? viewed(all, view) : []), [all, view]);

  const limits = config.data?.uploads;
  const addFiles = useCallback(
    (files: File[]) => uploads.add(projectId, files, limits && ((file) => refusalOf(file, limits))),
    [limits, projectId],
  );
  const { mutate: retryDocument } = retry;
  const onRetry = useCallback(
    (documentId: string) => retryDocument(documentId, { onError: (error) => toast.error(sentenceOf(error)) }),
    [retryDocument],
  );
  const onDelete = useCallback((documentId: string) => setDeleting([documentId]), []);
  const pick = (
    <PickButtons
      accept={limits?.extensions.join(",") ?? ""}
      onFiles={addFiles}
      onPages={() => setAddingPages(true)}
    />
  );

  return (
    <DropZone onFiles={addFiles}>
      <div className="mx-auto w-full max-w-6xl px-4 py-6 sm:px-6 sm:py-8">
        <div className="mb-5 flex flex-wrap items-center gap-3">
          <h1 className="mr-auto text-2xl font-semibold tracking-tight">Documents</h1>
          {all && all.length > 0 ? pick : null}
        </div>
        <UploadPanel items={own} />
        {documents.isPending ? (
          <div role="status" aria-busy aria-label="Loading documents" className="grid gap-2">
            <Skeleton className="h-9 w-64" />
            <Skeleton className="h-72 rounded-xl" />
          </div>
        ) : null}
        {documents.isError && !all ? (
          <ErrorState
            title="The documents could not be loaded"
            detail={sentenceOf(documents.error)}
            actions={<Button onClick={() => void documents.refetch()}>Try again</Button>}
          />
        ) : null}
        {all?.length === 0 && !own.some(isUnderWay) ? (
          <NoDocuments limits={limits}>{pick}</NoDocuments>
        ) : null}
        {all && all.length > 0 ? (
          <>
            <DocumentToolbar
              documents={all}
              shown={shown.length}
              view={view}
              selected={selected}
              onView={setView}
              onClearSelection={() => setSelected(new Set())}
              onDelete={() => setDeleting([...selected])}
            />
            {shown.length > 0 ? (
              <DocumentTable
                projectId={projectId}
                documents={shown}
                selected={selected}
                sorting={view.sorting}
                uploaded={uploaded}
                onSelect={setSelected}
                onSort={(sorting) => setView({ ...view, sorting })}
                onRetry={onRetry}
                onDelete={onDelete}
              />
            ) : (
              <NoneMatch onShowAll={() => setView({ ...view, search: "", status: "all" })} />
            )}
          </>
        ) : null}
      </div>
      {addingPages ? <AddPagesDialog projectId={projectId} onClose={() => setAddingPages(false)} /> : null}
      {deleting ? (
        <DeleteDocumentsDialog
          projectId={projectId}
          documents={(all ?? []).filter(({ id }) => deleting.includes(id))}
          onClose={() => setDeleting(null)}
          onDeleted={() => {
            setDeleting(null);
            setSelected(new Set());
          }}
        />
      ) : null}
    </DropZone>
  );
}

function uploadedShares(items: readonly Upload[]): ReadonlyMap<string, number> {
  const shares = new Map<string, number>();
  for (const { documentId, sentBytes, file } of items) {
    if (documentId !== null) shares.set(documentId, file.size > 0 ? sentBytes / file.size : 1);
  }
  return shares;
}
