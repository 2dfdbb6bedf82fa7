"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { api, bodyOf } from "@/lib/api/client";

import { searchSettingsOf, type Settings } from "./setting-values";

const CHANGE_INTERVAL_MS = 2000;

const settingsKey = (projectId: string) => ["projects", projectId, "settings"] as const;

export function useSettings(projectId: string) {
  return useQuery({
    queryKey: settingsKey(projectId),
    enabled: projectId !== "",
    queryFn: ({ signal }) =>
      bodyOf(
        api.GET("/api/projects/{project_id}/settings", {
          params: { path: { project_id: projectId } },
          signal,
        }),
      ),
    // While the project is being embedded with another model.
    refetchInterval: (query) => (query.state.data?.embedding_change ? CHANGE_INTERVAL_MS : false),
  });
}

export function useChangeEmbeddingModel(projectId: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (model: string) =>
      bodyOf(
        api.PATCH("/api/projects/{project_id}/settings", {
          params: { path: { project_id: projectId } },
          body: { embedding_model: model },
        }),
      ),
    onSuccess: (saved) => client.setQueryData(settingsKey(projectId), saved),
  });
}

export function useSaveSettings(projectId: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: Partial<Settings>) =>
      bodyOf(
        api.PATCH("/api/projects/{project_id}/settings", {
          params: { path: { project_id: projectId } },
          body,
        }),
      ),
    onSuccess: (saved) => client.setQueryData(settingsKey(projectId), saved),
  });
}

export interface Trial {
  query: string;
  settings: Settings;
  /** Of the documents to search; none: all. */
  documentIds: readonly string[];
  explain?: Explained;
}

/** What is explained: a passage of the document, or else its nearest. */
export interface Explained {
  documentId: string;
  chunkId: string | null;
}

export function searchRequestOf({ query, settings, documentIds, explain }: Trial) {
  return {
    query,
    ...searchSettingsOf(settings),
    ...(documentIds.length > 0 ? { document_ids: [...documentIds] } : {}),
    ...(explain
      ? explain.chunkId === null
        ? { explain_document_id: explain.documentId }
        : { explain_chunk_id: explain.chunkId }
      : {}),
  };
}

/** A search with settings that need not be saved. */
export function useTrial(projectId: string) {
  return useMutation({
    mutationFn: (trial: Trial) =>
      bodyOf(
        api.POST("/api/projects/{project_id}/search", {
          params: { path: { project_id: projectId } },
          body: searchRequestOf(trial),
        }),
      ),
  });
}
