"use client";

import { useRouter } from "next/navigation";
import { useEffect, useState, useSyncExternalStore } from "react";

import { Button } from "@/components/ui/button";
import { Skeleton } from "@/components/ui/skeleton";
import { ErrorState } from "@/components/ui/states";
import { sentenceOf } from "@/lib/api/errors";
import { safeReturnPath } from "@/lib/routes";

import { useMe } from "../queries";
import { outsideSession } from "./outside-session";
import { formSlot, type Form } from "./slot";

const PATIENCE_MS = 10_000;

/** Signing in with the outside provider: its form, and then the way back to the page that asked for it. */
export function OutsideSignIn({ form }: { form: Form }) {
  const session = useSyncExternalStore(outsideSession.subscribe, outsideSession.get, () => null);
  if (session?.isSignedIn) return <Accepted onSignOut={() => void session.signOut(false)} />;
  return (
    <>
      <FormSlot form={form} />
      {session ? null : <Loading />}
    </>
  );
}

function FormSlot({ form }: { form: Form }) {
  const [element, setElement] = useState<HTMLElement | null>(null);
  useEffect(() => {
    if (!element) return;
    formSlot.set({ form, element });
    return () => formSlot.set(null);
  }, [element, form]);
  return <div ref={setElement} className="grid justify-items-center empty:hidden" />;
}

function Loading() {
  const [late, setLate] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLate(true), PATIENCE_MS);
    return () => clearTimeout(timer);
  }, []);
  return (
    <div role="status" aria-busy={!late} aria-label="Loading the sign-in form" className="grid gap-4">
      {late ? (
        <p className="text-sm text-muted-foreground">
          The sign-in service has not answered yet. Check your connection; a content blocker may stand in its
          way.
        </p>
      ) : (
        <Skeleton className="h-72" />
      )}
    </div>
  );
}

/** The provider knows who it is; the server has the last word. */
function Accepted({ onSignOut }: { onSignOut: () => void }) {
  const router = useRouter();
  const me = useMe();
  useEffect(() => {
    if (me.isSuccess) router.replace(safeReturnPath(new URLSearchParams(window.location.search).get("next")));
  }, [me.isSuccess, router]);
  if (!me.isError) {
    return (
      <div role="status" aria-busy aria-label="Signing in">
        <Skeleton className="h-40" />
      </div>
    );
  }
  return (
    <ErrorState
      title="This installation did not accept the sign-in"
      detail={sentenceOf(me.error)}
      actions={
        <>
          <Button variant="primary" onClick={() => void me.refetch()}>
            Try again
          </Button>
          <Button onClick={onSignOut}>Sign out</Button>
        </>
      }
    />
  );
}
