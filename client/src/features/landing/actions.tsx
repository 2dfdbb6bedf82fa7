"use client";

import { ArrowRight } from "lucide-react";
import Link from "next/link";

import { Button } from "@/components/ui/button";
import { useConfig, useIsSignedIn } from "@/features/session/queries";
import { routes } from "@/lib/routes";

/** Where a visitor goes from here: what the page shows before the server has answered fits most of them. */
function useWay() {
  const signedIn = useIsSignedIn();
  const config = useConfig();
  return { signedIn, open: config.data?.auth.sign_up_open ?? true };
}

export function HeaderActions() {
  const { signedIn, open } = useWay();
  return (
    <nav aria-label="Account" className="flex items-center gap-2">
      {signedIn ? (
        <Button asChild variant="primary">
          <Link href={routes.projects}>Your projects</Link>
        </Button>
      ) : (
        <>
          <Button asChild variant="ghost">
            <Link href={routes.signIn()}>Sign in</Link>
          </Button>
          {open ? (
            <Button asChild variant="primary" className="max-sm:hidden">
              <Link href={routes.signUp}>Get started</Link>
            </Button>
          ) : null}
        </>
      )}
    </nav>
  );
}

export function HeroActions() {
  const { signedIn, open } = useWay();
  const [href, label] = signedIn
    ? [routes.projects, "Open your projects"]
    : open
      ? [routes.signUp, "Get started"]
      : [routes.signIn(), "Sign in"];
  return (
    <Button asChild variant="primary" size="lg" className="mt-1">
      <Link href={href}>
        {label} <ArrowRight aria-hidden />
      </Link>
    </Button>
  );
}
