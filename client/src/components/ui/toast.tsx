"use client";

import { CheckCircle2, CircleAlert, X } from "lucide-react";
import { useSyncExternalStore } from "react";

import { createToastStore, type Toast } from "@/lib/toast-store";

import { Button } from "./button";

const store = createToastStore();

/** Says in a corner of the window that something is done, or failed. */
export const toast = {
  success: (message: string) => store.add("success", message),
  error: (message: string) => store.add("error", message),
};

/** Two live regions that are always there, so that screen readers hear what is put into them. */
export function Toaster() {
  const toasts = useSyncExternalStore(store.subscribe, store.get, store.get);
  return (
    <div className="pointer-events-none fixed inset-x-4 bottom-4 z-60 flex flex-col items-center gap-2 sm:left-auto sm:items-end">
      <div role="status" className="contents">
        {toasts
          .filter(({ tone }) => tone === "success")
          .map((item) => (
            <ToastCard key={item.id} {...item} />
          ))}
      </div>
      <div role="alert" className="contents">
        {toasts
          .filter(({ tone }) => tone === "error")
          .map((item) => (
            <ToastCard key={item.id} {...item} />
          ))}
      </div>
    </div>
  );
}

function ToastCard({ id, tone, message }: Toast) {
  const Icon = tone === "success" ? CheckCircle2 : CircleAlert;
  return (
    <div
      className="pointer-events-auto flex max-w-md animate-appear items-start gap-2.5 rounded-lg border bg-surface py-2.5 pr-1.5 pl-3 text-sm shadow-float"
      onMouseEnter={() => store.hold(id)}
      onMouseLeave={() => store.release(id)}
    >
      <Icon
        aria-hidden
        className={
          tone === "success"
            ? "mt-0.5 size-4 shrink-0 text-success-text"
            : "mt-0.5 size-4 shrink-0 text-danger-text"
        }
      />
      <p className="min-w-0 flex-1 break-words">{message}</p>
      <Button
        variant="quiet"
        size="icon-sm"
        className="-my-1 size-7"
        aria-label="Dismiss"
        onClick={() => store.remove(id)}
      >
        <X aria-hidden />
      </Button>
    </div>
  );
}
