"use client";

import { useQueryClient } from "@tanstack/react-query";
import { usePathname, useRouter } from "next/navigation";
import { useEffect, useRef } from "react";

import { hintSignedIn } from "@/features/session/signed-in-hint";
import { onSignedOut } from "@/lib/api/client";
import { routes } from "@/lib/routes";

/** A session that has ended leads to sign-in, and from there back to the page. */
export function SessionWatch() {
  const router = useRouter();
  const client = useQueryClient();
  const leaving = useRef(false);
  const isPublic = isPublicPath(usePathname());

  useEffect(() => {
    if (!isPublic) return;
    // Nothing of the session that ended is left for whoever signs in next.
    if (leaving.current) client.clear();
    leaving.current = false;
  }, [client, isPublic]);

  useEffect(
    () =>
      onSignedOut(() => {
        hintSignedIn(false);
        const { pathname, search } = window.location;
        // Several requests may learn of it at once.
        if (leaving.current || isPublicPath(pathname)) return;
        leaving.current = true;
        router.replace(routes.signIn(pathname + search));
      }),
    [router],
  );
  return null;
}

function isPublicPath(pathname: string): boolean {
  return pathname === routes.home || pathname.startsWith("/sign-");
}
