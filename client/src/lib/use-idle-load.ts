"use client";

import { useEffect } from "react";

/**
 * Loads code that is not needed for the first paint as soon as the browser has nothing else to do, so that it is there
 * when it is wanted, also without a connection. `load` must be the same function each time.
 */
export function useIdleLoad(load: () => Promise<unknown>) {
  useEffect(() => {
    const start = () => {
      // A failure shows when the code is wanted, and is tried again then.
      load().catch(() => undefined);
    };
    if (!("requestIdleCallback" in window)) {
      const timer = setTimeout(start, 500);
      return () => clearTimeout(timer);
    }
    const handle = window.requestIdleCallback(start, { timeout: 2000 });
    return () => window.cancelIdleCallback(handle);
  }, [load]);
}
