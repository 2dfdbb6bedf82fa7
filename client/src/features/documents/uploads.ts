import { api, bodyOf } from "@/lib/api/client";
import { ApiError, sentenceOf } from "@/lib/api/errors";
import { untilAnswered } from "@/lib/api/until-answered";
import type { Document } from "@/lib/api/types";

import { sendFile } from "./send-file";
import { sha256Of, twinOf, type Twin } from "./twins";

export type UploadState = "waiting" | "sending" | "confirming" | "done" | "failed" | "asking";

/** What to do with a file whose like is here already. */
export type Decision = "keep-both" | "replace";

/** A file on its way. `sentBytes` is what storage has of it so far. */
export interface Upload {
  id: number;
  projectId: string;
  name: string;
  file: File;
  state: UploadState;
  sentBytes: number;
  documentId: string | null;
  error: string | null;
  /** Whether another try can help; a file of the wrong kind stays one. */
  retryable: boolean;
  /** The server takes no more for a moment: the upload goes on by itself. */
  paused: boolean;
  /** Of an upload that asks what to do, or has been told. */
  twin: Twin | null;
  decision: Decision | null;
}

const AT_ONCE = 3;
const NOTIFY_MS = 100;

type DocumentListener = (document: Document) => void;

/** The uploads of this tab. They go on while one moves between pages, and hold the tab open until they are done. */
export function createUploads() {
  let items: readonly Upload[] = [];
  let nextId = 1;
  let running = 0;
  let pending: ReturnType<typeof setTimeout> | undefined;
  const listeners = new Set<() => void>();
  const documentListeners = new Set<DocumentListener>();
  const aborts = new Map<number, AbortController>();

  function notify() {
    pending ??= setTimeout(() => {
      pending = undefined;
      listeners.forEach((listener) => listener());
    }, NOTIFY_MS);
  }

  function change(id: number, values: Partial<Upload>) {
    items = items.map((item) => (item.id === id ? { ...item, ...values } : item));
    notify();
  }

  function startNext() {
    while (running < AT_ONCE) {
      const next = items.find(({ state }) => state === "waiting");
      if (!next) return;
      running += 1;
      change(next.id, { state: "sending", sentBytes: 0, error: null });
      void run(next).finally(() => {
        running -= 1;
        aborts.delete(next.id);
        startNext();
      });
    }
  }

  async function run(upload: Upload) {
    const abort = new AbortController();
    aborts.set(upload.id, abort);
    let documentId: string | null = null;
    try {
      const sha256 = await sha256Of(upload.file);
      const created = await persistently(upload.id, abort.signal, () =>
        bodyOf(
          api.POST("/api/projects/{project_id}/documents", {
            params: { path: { project_id: upload.projectId } },
            body: {
              file_name: upload.name,
              content_type: upload.file.type || "application/octet-stream",
              size_bytes: upload.file.size,
              sha256,
            },
            signal: abort.signal,
          }),
        ),
      );
      documentId = created.document.id;
      const twin = upload.decision === null ? twinOf(created) : null;
      if (twin) {
        void remove(documentId);
        change(upload.id, { state: "asking", twin, documentId: null });
        return;
      }
      change(upload.id, { documentId });
      tell(created.document);
      await persistently(upload.id, abort.signal, () =>
        sendFile(created.upload, upload.file, {
          signal: abort.signal,
          onProgress: (sentBytes) => change(upload.id, { sentBytes }),
        }).catch((error: unknown) => {
          // An earlier try arrived, only its answer was lost.
          if (!(error instanceof ApiError && error.code === "upload_already_used")) throw error;
        }),
      );
      change(upload.id, { state: "confirming", sentBytes: upload.file.size });
      const id = documentId;
      const confirmed = await persistently(upload.id, abort.signal, () =>
        bodyOf(
          api.POST("/api/documents/{document_id}/confirm", {
            params: { path: { document_id: id } },
            ...(upload.decision === "replace" && upload.twin
              ? { body: { replaces_document_id: upload.twin.id } }
              : {}),
          }),
        ),
      );
      tell(confirmed);
      change(upload.id, { state: "done" });
    } catch (error) {
      // What did not arrive leaves no trace; another try starts anew.
      if (documentId !== null) void remove(documentId);
      if (abort.signal.aborted) items = items.filter(({ id }) => id !== upload.id);
      else
        change(upload.id, {
          state: "failed",
          error: sentenceOf(error),
          retryable: canHelp(error),
          documentId: null,
        });
      notify();
    }
  }

  function persistently<Result>(id: number, signal: AbortSignal, attempt: () => Promise<Result>) {
    return untilAnswered(attempt, { signal, onPause: (paused) => change(id, { paused }) });
  }

  function tell(document: Document) {
    documentListeners.forEach((listener) => listener(document));
  }

  return {
    get: () => items,
    subscribe: (listener: () => void) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    /** Hears of every document that the server makes of an upload, and of its confirmation. */
    onDocument: (listener: DocumentListener) => {
      documentListeners.add(listener);
      return () => void documentListeners.delete(listener);
    },
    add: (projectId: string, files: readonly File[], refusal?: (file: File) => string | undefined) => {
      const added = files.map((file): Upload => {
        const error = refusal?.(file) ?? null;
        const name = file.webkitRelativePath || file.name;
        const state = error === null ? "waiting" : "failed";
        return {
          id: nextId++,
          projectId,
          name,
          file,
          state,
          sentBytes: 0,
          documentId: null,
          error,
          retryable: false,
          paused: false,
          twin: null,
          decision: null,
        };
      });
      items = [...items.filter(({ state }) => state !== "done"), ...added];
      notify();
      startNext();
    },
    retry: (id: number) => {
      change(id, { state: "waiting", sentBytes: 0, error: null });
      startNext();
    },
    /** Goes on with an upload that asked what to do. */
    decide: (id: number, decision: Decision) => {
      change(id, { state: "waiting", decision });
      startNext();
    },
    /** Takes back what has not been sent, and puts away what failed. */
    cancel: (id: number) => {
      const abort = aborts.get(id);
      if (abort) abort.abort();
      else items = items.filter((item) => item.id !== id);
      notify();
    },
  };
}

async function remove(documentId: string) {
  await api
    .DELETE("/api/documents/{document_id}", { params: { path: { document_id: documentId } } })
    .catch(() => {
      // The server removes uploads that never arrived by itself.
    });
}

function canHelp(error: unknown): boolean {
  return !(error instanceof ApiError) || ![413, 415, 422].includes(error.status);
}

export function isUnderWay({ state }: Upload): boolean {
  return state === "waiting" || state === "sending" || state === "confirming";
}

export const uploads = createUploads();

if (typeof window !== "undefined") {
  window.addEventListener("beforeunload", (event) => {
    if (uploads.get().some(isUnderWay)) event.preventDefault();
  });
}
