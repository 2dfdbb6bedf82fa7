"use client";

import { useQueryClient } from "@tanstack/react-query";
import { WifiOff } from "lucide-react";
import { useEffect, useRef, useSyncExternalStore } from "react";

import { Button } from "@/components/ui/button";
import { connection } from "@/lib/api/connection";
import { missingParts } from "@/lib/lazy-part";

/** Says that the server does not answer, or that a part of the page did not come, and that both are tried again. */
export function ConnectionBanner() {
  const client = useQueryClient();
  const lost = useSyncExternalStore(connection.subscribe, connection.isLost, () => false);
  const incomplete = useSyncExternalStore(missingParts.subscribe, missingParts.anyMissing, () => false);
  const wasLost = useRef(false);

  useEffect(() => {
    if (wasLost.current && !lost) {
      void client.invalidateQueries();
      missingParts.retry();
    }
    wasLost.current = lost;
  }, [client, lost]);

  return (
    <div role="status" className="sticky top-0 z-60">
      {lost || incomplete ? (
        <div className="flex flex-wrap items-center justify-center gap-x-3 gap-y-1 bg-warning-soft px-4 py-2 text-center text-sm text-warning-text">
          <WifiOff aria-hidden className="size-4" />
          <span>
            {lost
              ? "Connection lost. What you see may be old; trying again…"
              : "A part of this page did not come. Trying again…"}
          </span>
          <Button
            variant="link"
            size="inline"
            className="text-warning-text"
            onClick={lost ? connection.tryNow : missingParts.retry}
          >
            Try now
          </Button>
        </div>
      ) : null}
    </div>
  );
}
