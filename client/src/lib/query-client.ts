import { QueryClient } from "@tanstack/react-query";

import { ApiError } from "./api/errors";

const TRIES = 2;

export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        // The server may well run on this machine: what the browser believes of the network says nothing about it.
        networkMode: "always",
        staleTime: 10_000,
        retry: (failures, error) => failures < TRIES && error instanceof ApiError && error.status >= 500,
        retryDelay: (attempt) => 400 * 2 ** attempt,
      },
      mutations: { networkMode: "always" },
    },
  });
}
