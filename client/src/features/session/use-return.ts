"use client";

import { useRouter } from "next/navigation";
import { useEffect } from "react";

import { safeReturnPath } from "@/lib/routes";

import { useIsSignedIn } from "./queries";

/** Leads a visitor who is signed in, or has just signed in here, to the page that they came from. */
export function useReturnWhenSignedIn(justSignedIn: boolean) {
  const router = useRouter();
  const signedIn = useIsSignedIn() || justSignedIn;
  useEffect(() => {
    if (signedIn) router.replace(safeReturnPath(new URLSearchParams(window.location.search).get("next")));
  }, [router, signedIn]);
}
