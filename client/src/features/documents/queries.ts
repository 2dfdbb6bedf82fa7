"use client";

import {
  useInfiniteQuery,
  useMutation,
  useQuery,
  useQueryClient,
  type QueryClient,
} from "@tanstack/react-query";
import { useEffect } from "react";

import { api, bodyOf } from "@/lib/api/client";
import { ApiError, sentenceOf } from "@/lib/api/errors";
import { allPages } from "@/lib/api/pages";
import type { Document } from "@/lib/api/types";
import { projectKeys } from "@/features/projects/queries";

import { isMoving, MOVING } from "./status";
import { uploads } from "./uploads";

const POLL_MS = 2000;
const PAGE = 200;

export const documentKeys = {
  list: (projectId: string) => ["documents", projectId] as const,
  moving: (projectId: string) => ["documents", projectId, "moving"] as const,
  one: (documentId: string) => ["document", documentId] as const,
  chunks: (documentId: string, search: string) => ["document", documentId, "chunks", search] as const,
};

function documentsOf(
  projectId: string,
  signal: AbortSignal,
  status?: Document["status"][],
): Promise<Document[]> {
  return allPages((cursor) =>
    bodyOf(
      api.GET("/api/projects/{project_id}/documents", {
        params: {
          path: { project_id: projectId },
          query: { limit: PAGE, ...(cursor ? { cursor } : {}), ...(status ? { status } : {}) },
        },
        signal,
      }),
    ),
  );
}

async function documentOf(documentId: string, signal?: AbortSignal): Promise<Document> {
  return bodyOf(
    api.GET("/api/documents/{document_id}", {
      params: { path: { document_id: documentId } },
      ...(signal ? { signal } : {}),
    }),
  );
}

/** Puts documents into the list of their project: new ones first, known ones in their place. */
function merge(client: QueryClient, projectId: string, changed: readonly Document[]) {
  client.setQueryData<Document[]>(documentKeys.list(projectId), (list) => list && merged(list, changed));
  for (const document of changed) client.setQueryData(documentKeys.one(document.id), document);
}

export function merged(list: readonly Document[], changed: readonly Document[]): Document[] {
  const byId = new Map(changed.map((document) => [document.id, document]));
  const known = new Set(list.map(({ id }) => id));
  return [
    ...changed.filter(({ id }) => !known.has(id)),
    ...list.map((document) => {
      const next = byId.get(document.id);
      // What is the same stays the same object, so that its row need not be drawn again.
      const same =
        next?.updated_at === document.updated_at && next.status_message === document.status_message;
      return next && !same ? next : document;
    }),
  ];
}

/** Whether another document has the name of one that was read: it may have given way to it. */
export function mayHaveReplaced(list: readonly Document[], read: readonly Document[]): boolean {
  const ids = new Set(read.map(({ id }) => id));
  const names = new Set(read.map(({ file_name: name }) => name));
  return list.some(({ id, file_name: name }) => !ids.has(id) && names.has(name));
}

/** All documents of a project. While some are in work, those alone are asked for every two seconds. */
export function useDocuments(projectId: string) {
  const client = useQueryClient();
  const list = useQuery({
    queryKey: documentKeys.list(projectId),
    queryFn: ({ signal }) => documentsOf(projectId, signal),
    enabled: projectId !== "",
  });

  useQuery({
    queryKey: documentKeys.moving(projectId),
    enabled: list.data?.some(isMoving) ?? false,
    refetchInterval: POLL_MS,
    staleTime: 0,
    gcTime: 0,
    queryFn: async ({ signal }) => {
      const moving = await documentsOf(projectId, signal, [...MOVING]);
      const found = new Set(moving.map(({ id }) => id));
      const before = client.getQueryData<Document[]>(documentKeys.list(projectId)) ?? [];
      const ended = before.filter((document) => isMoving(document) && !found.has(document.id));
      const gone = new Set<string>();
      const results = await Promise.all(
        ended.map(({ id }) =>
          documentOf(id, signal).catch((error: unknown) => {
            if (!(error instanceof ApiError && error.status === 404)) throw error;
            gone.add(id);
            return null;
          }),
        ),
      );
      merge(client, projectId, [...moving, ...results.filter((document) => document !== null)]);
      if (gone.size > 0) forget(client, projectId, gone);
      if (mayHaveReplaced(before, ended)) {
        void client.invalidateQueries({ queryKey: documentKeys.list(projectId), exact: true });
      }
      if (ended.length > 0) void client.invalidateQueries({ queryKey: projectKeys.one(projectId) });
      return moving.length;
    },
  });

  useEffect(
    () =>
      uploads.onDocument((document) => {
        if (document.project_id === projectId) merge(client, projectId, [document]);
      }),
    [client, projectId],
  );
  return list;
}

function forget(client: QueryClient, projectId: string, ids: ReadonlySet<string>) {
  client.setQueryData<Document[]>(documentKeys.list(projectId), (list) =>
    list?.filter(({ id }) => !ids.has(id)),
  );
}

export function useDocument(documentId: string) {
  return useQuery({
    queryKey: documentKeys.one(documentId),
    queryFn: ({ signal }) => documentOf(documentId, signal),
    enabled: documentId !== "",
    refetchInterval: ({ state }) => (state.data && isMoving(state.data) ? POLL_MS : false),
  });
}

export function useRetryDocument(projectId: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (documentId: string) =>
      bodyOf(
        api.POST("/api/documents/{document_id}/retry", { params: { path: { document_id: documentId } } }),
      ),
    onSuccess: (document) => merge(client, projectId, [document]),
  });
}

export interface RefusedPage {
  address: string;
  reason: string;
}

/** Adds web pages one after the other; gives back those that the server refuses. */
export function useAddPages(projectId: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (addresses: readonly string[]) => {
      const refused: RefusedPage[] = [];
      for (const url of addresses) {
        try {
          const page = await bodyOf(
            api.POST("/api/projects/{project_id}/urls", {
              params: { path: { project_id: projectId } },
              body: { url },
            }),
          );
          merge(client, projectId, [page]);
        } catch (error) {
          refused.push({ address: url, reason: sentenceOf(error) });
        }
      }
      void client.invalidateQueries({ queryKey: projectKeys.one(projectId) });
      return refused;
    },
  });
}

const DELETES_AT_ONCE = 6;

/** Deletes documents; fails with the first failure, after all have been tried. */
export function useDeleteDocuments(projectId: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (documentIds: readonly string[]) => {
      const left = [...documentIds];
      const removed = new Set<string>();
      const failures: unknown[] = [];
      const work = async () => {
        for (let id = left.pop(); id !== undefined; id = left.pop()) {
          try {
            await api.DELETE("/api/documents/{document_id}", { params: { path: { document_id: id } } });
            removed.add(id);
          } catch (error) {
            if (error instanceof ApiError && error.status === 404) removed.add(id);
            else failures.push(error);
          }
        }
      };
      await Promise.all(Array.from({ length: DELETES_AT_ONCE }, work));
      forget(client, projectId, removed);
      void client.invalidateQueries({ queryKey: projectKeys.all });
      if (failures.length > 0) throw failures[0];
      return removed.size;
    },
  });
}

const CHUNKS = 50;

export function useChunks(documentId: string, search: string, ready: boolean) {
  return useInfiniteQuery({
    queryKey: documentKeys.chunks(documentId, search),
    enabled: documentId !== "" && ready,
    initialPageParam: null as string | null,
    queryFn: ({ pageParam, signal }) =>
      bodyOf(
        api.GET("/api/documents/{document_id}/chunks", {
          params: {
            path: { document_id: documentId },
            query: {
              limit: CHUNKS,
              ...(pageParam ? { cursor: pageParam } : {}),
              ...(search ? { q: search } : {}),
            },
          },
          signal,
        }),
      ),
    getNextPageParam: (page) => page.next_cursor,
    staleTime: 60_000,
  });
}
