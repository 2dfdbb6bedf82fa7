"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { api, bodyOf } from "@/lib/api/client";
import { allPages } from "@/lib/api/pages";
import type { Project } from "@/lib/api/types";
import { MOVING } from "@/features/documents/status";

export const projectKeys = {
  all: ["projects"] as const,
  one: (projectId: string) => ["projects", projectId] as const,
};

export function useProjects() {
  return useQuery({
    queryKey: projectKeys.all,
    queryFn: ({ signal }) =>
      allPages((cursor) =>
        bodyOf(
          api.GET("/api/projects", {
            params: { query: { limit: 100, ...(cursor ? { cursor } : {}) } },
            signal,
          }),
        ),
      ),
    // Cards say how many documents are in work.
    refetchInterval: ({ state }) => (state.data?.some(hasWork) ? WORK_POLL_MS : false),
  });
}

const WORK_POLL_MS = 5000;

function hasWork({ documents_by_status: counts }: Project): boolean {
  return MOVING.some((status) => (counts[status] ?? 0) > 0);
}

export function useProject(projectId: string) {
  return useQuery({
    queryKey: projectKeys.one(projectId),
    queryFn: ({ signal }) =>
      bodyOf(api.GET("/api/projects/{project_id}", { params: { path: { project_id: projectId } }, signal })),
    enabled: projectId !== "",
  });
}

interface ProjectFields {
  name: string;
  description: string;
}

export function useCreateProject() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: ProjectFields) => bodyOf(api.POST("/api/projects", { body })),
    onSuccess: () => client.invalidateQueries({ queryKey: projectKeys.all, exact: true }),
  });
}

export function useUpdateProject(projectId: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: ProjectFields) =>
      bodyOf(api.PATCH("/api/projects/{project_id}", { params: { path: { project_id: projectId } }, body })),
    onSuccess: () => client.invalidateQueries({ queryKey: projectKeys.all }),
  });
}

export function useDeleteProject(projectId: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () =>
      api.DELETE("/api/projects/{project_id}", { params: { path: { project_id: projectId } } }),
    onSuccess: () => {
      client.removeQueries({ queryKey: projectKeys.one(projectId) });
      return client.invalidateQueries({ queryKey: projectKeys.all, exact: true });
    },
  });
}
