"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useSyncExternalStore } from "react";

import { api, bodyOf } from "@/lib/api/client";

import { outsideSession } from "./identity/outside-session";
import { hintSignedIn, mayBeSignedIn } from "./signed-in-hint";

export const sessionKeys = { me: ["me"] as const, config: ["config"] as const };

/** What this installation offers: how to sign in, what may be uploaded, which models answer. */
export function useConfig() {
  return useQuery({
    queryKey: sessionKeys.config,
    queryFn: ({ signal }) => bodyOf(api.GET("/api/config", { signal })),
    staleTime: 5 * 60_000,
  });
}

export function useMe() {
  return useQuery({
    queryKey: sessionKeys.me,
    queryFn: async ({ signal }) => {
      const me = await bodyOf(api.GET("/api/me", { signal }));
      hintSignedIn(true);
      return me;
    },
    staleTime: 60_000,
  });
}

const noChange = () => () => undefined;

/** Whether a visitor of the public pages is signed in; strangers are not asked about. */
export function useIsSignedIn(): boolean {
  const hinted = useSyncExternalStore(noChange, mayBeSignedIn, () => false);
  const me = useQuery({
    queryKey: sessionKeys.me,
    queryFn: ({ signal }) => bodyOf(api.GET("/api/me", { signal })),
    staleTime: 60_000,
    enabled: hinted,
  });
  // The cache may still hold who was signed in before.
  return hinted && me.isSuccess;
}

export interface Credentials {
  email: string;
  password: string;
}

export function useSignIn() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: Credentials) => bodyOf(api.POST("/api/auth/sign-in", { body })),
    onSuccess: ({ user }) => {
      client.clear();
      client.setQueryData(sessionKeys.me, user);
      hintSignedIn(true);
    },
  });
}

export function useSignUp() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: Credentials) => bodyOf(api.POST("/api/auth/sign-up", { body })),
    onSuccess: ({ user }) => {
      client.clear();
      client.setQueryData(sessionKeys.me, user);
      hintSignedIn(true);
    },
  });
}

/** Leaves the page by itself: whatever the application holds of the session goes with it. */
export function useSignOut() {
  return useMutation({
    mutationFn: async (everywhere: boolean) => {
      const outside = outsideSession.get();
      if (outside) return outside.signOut(everywhere);
      if (everywhere) await api.DELETE("/api/sessions");
      else await api.POST("/api/auth/sign-out");
    },
    onSuccess: () => {
      hintSignedIn(false);
      window.location.replace("/");
    },
  });
}
