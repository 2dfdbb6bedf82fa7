"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { api, bodyOf } from "@/lib/api/client";
import { allPages } from "@/lib/api/pages";

const keysKey = ["api-keys"] as const;

export function useApiKeys() {
  return useQuery({
    queryKey: keysKey,
    queryFn: ({ signal }) =>
      allPages((cursor) =>
        bodyOf(
          api.GET("/api/api-keys", {
            params: { query: { limit: 200, ...(cursor ? { cursor } : {}) } },
            signal,
          }),
        ),
      ),
  });
}

export function useCreateApiKey() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (name: string) => bodyOf(api.POST("/api/api-keys", { body: { name } })),
    onSuccess: () => client.invalidateQueries({ queryKey: keysKey }),
    // The key is shown once: nothing of it stays in memory after its dialog.
    gcTime: 0,
  });
}

export function useDeleteApiKey() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (apiKeyId: string) =>
      api.DELETE("/api/api-keys/{api_key_id}", { params: { path: { api_key_id: apiKeyId } } }),
    onSuccess: () => client.invalidateQueries({ queryKey: keysKey }),
  });
}
