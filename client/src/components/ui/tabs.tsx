"use client";

import { createContext, useContext, useId, type ComponentProps, type KeyboardEvent } from "react";

import { cn } from "@/lib/cn";

interface TabsState {
  id: string;
  value: string;
  onValueChange: (value: string) => void;
}

const TabsContext = createContext<TabsState | null>(null);

function useTabs(): TabsState {
  const state = useContext(TabsContext);
  if (!state) throw new Error("A tab stands within <Tabs>.");
  return state;
}

interface TabsProps<Value extends string> extends Omit<ComponentProps<"div">, "onChange"> {
  value: Value;
  onValueChange: (value: Value) => void;
}

export function Tabs<Value extends string>({ value, onValueChange, ...props }: TabsProps<Value>) {
  const id = useId();
  const state = { id, value, onValueChange: (next: string) => onValueChange(next as Value) };
  return (
    <TabsContext value={state}>
      <div {...props} />
    </TabsContext>
  );
}

const STEPS: Partial<Record<string, (index: number, count: number) => number>> = {
  ArrowRight: (index, count) => (index + 1) % count,
  ArrowLeft: (index, count) => (index - 1 + count) % count,
  Home: () => 0,
  End: (_, count) => count - 1,
};

/** One stop of the tab key; the arrows move between the tabs that are shown. */
export function TabsList({ className, ...props }: ComponentProps<"div">) {
  function move(event: KeyboardEvent<HTMLDivElement>) {
    const step = STEPS[event.key];
    if (!step) return;
    const tabs = [...event.currentTarget.querySelectorAll<HTMLElement>("[role=tab]")].filter(
      (tab) => tab.offsetParent !== null,
    );
    const index = tabs.findIndex((tab) => tab === document.activeElement);
    const next = tabs[step(index, tabs.length)];
    if (index < 0 || !next) return;
    event.preventDefault();
    next.focus();
    next.click();
  }
  return (
    <div
      role="tablist"
      onKeyDown={move}
      className={cn("flex gap-1 overflow-x-auto border-b", className)}
      {...props}
    />
  );
}

export function TabsTrigger({ value, className, ...props }: ComponentProps<"button"> & { value: string }) {
  const tabs = useTabs();
  const selected = tabs.value === value;
  return (
    <button
      type="button"
      role="tab"
      id={`${tabs.id}-tab-${value}`}
      aria-selected={selected}
      aria-controls={selected ? `${tabs.id}-panel-${value}` : undefined}
      tabIndex={selected ? 0 : -1}
      onClick={() => tabs.onValueChange(value)}
      className={cn(
        "border-b-2 border-transparent px-3 py-2 text-sm font-medium whitespace-nowrap text-muted-foreground transition-colors hover:text-foreground focus-visible:-outline-offset-2 aria-selected:border-primary aria-selected:text-foreground",
        className,
      )}
      {...props}
    />
  );
}

export function TabsContent({ value, ...props }: ComponentProps<"div"> & { value: string }) {
  const tabs = useTabs();
  if (tabs.value !== value) return null;
  return (
    <div
      role="tabpanel"
      id={`${tabs.id}-panel-${value}`}
      aria-labelledby={`${tabs.id}-tab-${value}`}
      tabIndex={0}
      {...props}
    />
  );
}
