"use client";

import { useQueryClient } from "@tanstack/react-query";
import { WifiOff } from "lucide-react";
import { useEffect, useRef, useSyncExternalStore } from "react";

import { Button } from "@/components/ui/button";
import { connection } from "@/lib/api/connection";

/** Says that the server does not answer, and loads everything anew once it does. */
export function ConnectionBanner() {
  const client = useQueryClient();
  const lost = useSyncExternalStore(connection.subscribe, connection.isLost, () => false);
  const wasLost = useRef(false);

  useEffect(() => {
    if (wasLost.current && !lost) void client.invalidateQueries();
    wasLost.current = lost;
  }, [client, lost]);

  return (
    <div role="status" className="sticky top-0 z-60">
      {lost ? (
        <div className="flex flex-wrap items-center justify-center gap-x-3 gap-y-1 bg-warning-soft px-4 py-2 text-center text-sm text-warning-text">
          <WifiOff aria-hidden className="size-4" />
          <span>Connection lost. What you see may be old; trying again…</span>
          <Button variant="link" size="inline" className="text-warning-text" onClick={connection.tryNow}>
            Try now
          </Button>
        </div>
      ) : null}
    </div>
  );
}
