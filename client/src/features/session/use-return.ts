"use client";

import { useRouter } from "next/navigation";
import { useEffect } from "react";

import { safeReturnPath } from "@/lib/routes";

import { useMe } from "./queries";

/** Leads a visitor who is signed in to the page that they came from. */
export function useReturnWhenSignedIn() {
  const router = useRouter();
  const me = useMe();
  const signedIn = me.data !== undefined && !me.isError;
  useEffect(() => {
    if (signedIn) router.replace(safeReturnPath(new URLSearchParams(window.location.search).get("next")));
  }, [router, signedIn]);
}
