"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { api, bodyOf } from "@/lib/api/client";

import type { Settings } from "./setting-fields";

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
}

/** A search with settings that need not be saved. */
export function useTrial(projectId: string) {
  return useMutation({
    mutationFn: ({ query, settings }: Trial) =>
      bodyOf(
        api.POST("/api/projects/{project_id}/search", {
          params: { path: { project_id: projectId } },
          body: { query, ...settings },
        }),
      ),
  });
}
