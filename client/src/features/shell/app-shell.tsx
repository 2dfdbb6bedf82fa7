"use client";

import type { ReactNode } from "react";

import { Button } from "@/components/ui/button";
import { ErrorState } from "@/components/ui/states";
import { useMe } from "@/features/session/queries";
import { ApiError, sentenceOf } from "@/lib/api/errors";

import { AppHeader } from "./app-header";

interface AppShellProps {
  header?: ReactNode;
  children: ReactNode;
}

/** The frame of every page behind sign-in. Nothing of a page is shown before it is known who asks. */
export function AppShell({ header, children }: AppShellProps) {
  const me = useMe();
  const failed = me.isError && !(me.error instanceof ApiError && me.error.status === 401);
  return (
    <div className="flex flex-1 flex-col">
      <AppHeader>{header}</AppHeader>
      <main
        id="content"
        tabIndex={-1}
        className="flex min-h-0 flex-1 flex-col focus:outline-none"
        aria-busy={me.isPending}
      >
        {me.data ? children : null}
        {failed && !me.data ? (
          <ErrorState
            title="Your account could not be loaded"
            detail={sentenceOf(me.error)}
            actions={<Button onClick={() => void me.refetch()}>Try again</Button>}
          />
        ) : null}
      </main>
    </div>
  );
}
