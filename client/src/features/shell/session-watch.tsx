"use client";

import { useQueryClient } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { useEffect } from "react";

import { hintSignedIn } from "@/features/session/signed-in-hint";
import { onSignedOut } from "@/lib/api/client";
import { routes } from "@/lib/routes";

/** A session that has ended leads to sign-in, and from there back to the page. */
export function SessionWatch() {
  const router = useRouter();
  const client = useQueryClient();
  useEffect(
    () =>
      onSignedOut(() => {
        hintSignedIn(false);
        const { pathname, search } = window.location;
        if (pathname === routes.home || pathname.startsWith("/sign-")) return;
        router.replace(routes.signIn(pathname + search));
        client.removeQueries({ predicate: (query) => query.getObserversCount() === 0 });
      }),
    [client, router],
  );
  return null;
}
