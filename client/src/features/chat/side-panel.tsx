"use client";

import { X } from "lucide-react";
import { useEffect, useRef, type ReactNode } from "react";

import { Button } from "@/components/ui/button";
import { Sheet, SheetContent } from "@/components/ui/sheet";

import { useMediaQuery } from "./use-media-query";

interface SidePanelProps {
  title: ReactNode;
  /** For screen readers. */
  label: string;
  /** Changes when something else is shown: the focus goes there. */
  subject: string;
  onClose: () => void;
  children: ReactNode;
}

/** Stands beside the chat where there is room, and over it where there is none. Escape closes it. */
export function SidePanel(props: SidePanelProps) {
  const roomy = useMediaQuery("(min-width: 64rem)");
  return roomy ? <BesidePanel {...props} /> : <OverPanel {...props} />;
}

function OverPanel({ title, onClose, children }: SidePanelProps) {
  return (
    <Sheet open onOpenChange={(open) => (open ? undefined : onClose())}>
      <SheetContent title={title} className="max-w-none">
        <div className="flex min-h-0 flex-1 flex-col">{children}</div>
      </SheetContent>
    </Sheet>
  );
}

function BesidePanel({ title, label, subject, onClose, children }: SidePanelProps) {
  const panel = useRef<HTMLElement>(null);
  useFocusWhileOpen(panel, subject);
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      // What lies above (a menu, a tooltip, a dialog) closes first and says so.
      if (event.key === "Escape" && !event.defaultPrevented) onClose();
    };
    document.addEventListener("keydown", onKeyDown);
    return () => document.removeEventListener("keydown", onKeyDown);
  }, [onClose]);
  return (
    <aside
      ref={panel}
      tabIndex={-1}
      data-panel
      aria-label={label}
      className="flex w-1/2 max-w-4xl shrink-0 animate-slide flex-col border-l bg-surface focus:outline-none"
    >
      <div className="flex h-12 shrink-0 items-center justify-between gap-2 border-b pr-2 pl-4">
        <h2 className="min-w-0 truncate text-sm font-semibold">{title}</h2>
        <Button variant="quiet" size="icon-sm" aria-label="Close" onClick={onClose}>
          <X aria-hidden />
        </Button>
      </div>
      {children}
    </aside>
  );
}

/** The focus goes into the panel when it opens, and back to where it was when it closes. */
function useFocusWhileOpen(panel: { current: HTMLElement | null }, subject: string) {
  const opener = useRef<Element | null>(null);
  useEffect(() => {
    const element = panel.current;
    if (!element || element.contains(document.activeElement)) return;
    opener.current = document.activeElement;
    element.focus({ preventScroll: true });
  }, [panel, subject]);
  useEffect(
    () => () => {
      const from = opener.current;
      if (from instanceof HTMLElement && from.isConnected) from.focus({ preventScroll: true });
    },
    [],
  );
}
