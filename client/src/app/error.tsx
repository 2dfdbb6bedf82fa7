"use client";

import { Button } from "@/components/ui/button";
import { ErrorState } from "@/components/ui/states";
import { sentenceOf } from "@/lib/api/errors";

export default function PageError({ error, reset }: { error: Error; reset: () => void }) {
  return (
    <main className="grid min-h-dvh place-items-center">
      <ErrorState
        title="This page stopped working"
        detail={sentenceOf(error)}
        actions={
          <Button variant="primary" onClick={reset}>
            Load it again
          </Button>
        }
      />
    </main>
  );
}
