"use client";

import { useSearchParams } from "next/navigation";
import { useCallback, useMemo } from "react";

/** What is open beside a chat. It stands in the address, so it can be linked to and is there after a reload. */
export type Panel =
  { kind: "source"; messageId: string; number: number } | { kind: "trace"; messageId: string };

export function panelOf(params: { get: (name: string) => string | null }): Panel | null {
  const [, messageId, number] = /^([\w-]+):(\d{1,4})$/.exec(params.get("source") ?? "") ?? [];
  if (messageId && number) return { kind: "source", messageId, number: Number(number) };
  const traced = params.get("trace");
  return traced && /^[\w-]+$/.test(traced) ? { kind: "trace", messageId: traced } : null;
}

export function panelQuery(panel: Panel | null): string {
  if (!panel) return "";
  return panel.kind === "source" ? `?source=${panel.messageId}:${panel.number}` : `?trace=${panel.messageId}`;
}

export function usePanel() {
  const params = useSearchParams();
  const panel = useMemo(() => panelOf(params), [params]);
  const show = useCallback((next: Panel | null) => {
    const address = window.location.pathname + panelQuery(next);
    // Going back closes what was opened; going from one source to the next leaves one step.
    if (next && window.location.search === "") window.history.pushState(null, "", address);
    else window.history.replaceState(null, "", address);
  }, []);
  const close = useCallback(() => show(null), [show]);
  return { panel, show, close };
}
