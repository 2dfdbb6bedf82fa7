"use client";

import { skipToken, useQuery } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { useEffect } from "react";

import type { User } from "@/lib/api/types";
import { safeReturnPath } from "@/lib/routes";

import { sessionKeys, useIsSignedIn } from "./queries";

/** Leads a visitor who is signed in to the page that they came from. */
export function useReturnWhenSignedIn() {
  const router = useRouter();
  const returning = useIsSignedIn();
  // Signing in on this very page leaves the account in the cache.
  const { data } = useQuery<User>({ queryKey: sessionKeys.me, queryFn: skipToken });
  const signedIn = returning || data !== undefined;
  useEffect(() => {
    if (signedIn) router.replace(safeReturnPath(new URLSearchParams(window.location.search).get("next")));
  }, [router, signedIn]);
}
