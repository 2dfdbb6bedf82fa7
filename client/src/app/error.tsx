"use client";

import { Button } from "@/components/ui/button";
import { ErrorState } from "@/components/ui/states";
import { sentenceOf } from "@/lib/api/errors";

/** What stopped a page. Where a piece of its code did not arrive, only loading all of it anew helps. */
export default function PageError({ error, reset }: { error: Error; reset: () => void }) {
  const incomplete = error.name === "ChunkLoadError";
  return (
    <main className="grid min-h-dvh place-items-center">
      <ErrorState
        title={incomplete ? "A part of this page did not arrive" : "This page stopped working"}
        detail={incomplete ? "Check that you are connected, then load the page again." : sentenceOf(error)}
        actions={
          <Button variant="primary" onClick={incomplete ? () => window.location.reload() : reset}>
            Load it again
          </Button>
        }
      />
    </main>
  );
}
