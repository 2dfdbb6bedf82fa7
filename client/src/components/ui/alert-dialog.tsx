"use client";

import { AlertDialog as AlertDialogPrimitive } from "radix-ui";
import { useRef, type ReactNode } from "react";

import { Button } from "./button";
import { DialogFooter, modalClasses, overlayClasses } from "./dialog";

interface AlertDialogProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: ReactNode;
  /** Says exactly what will be gone. */
  description: ReactNode;
  action: string;
  busy?: boolean;
  /** What went wrong with the last try. */
  error?: string | undefined;
  onConfirm: () => void;
}

/** Asks before something that cannot be undone. It stays open until the caller closes it, so a failure can be shown. */
export function AlertDialog({
  open,
  onOpenChange,
  title,
  description,
  action,
  busy = false,
  error,
  onConfirm,
}: AlertDialogProps) {
  const cancel = useRef<HTMLButtonElement>(null);
  return (
    <AlertDialogPrimitive.Root open={open} onOpenChange={onOpenChange}>
      <AlertDialogPrimitive.Portal>
        <AlertDialogPrimitive.Overlay className={overlayClasses} />
        <AlertDialogPrimitive.Content
          className={modalClasses}
          onOpenAutoFocus={(event) => {
            event.preventDefault();
            cancel.current?.focus();
          }}
        >
          <AlertDialogPrimitive.Title className="text-lg font-semibold tracking-tight">
            {title}
          </AlertDialogPrimitive.Title>
          <AlertDialogPrimitive.Description asChild>
            <div className="grid gap-2 text-sm text-muted-foreground">{description}</div>
          </AlertDialogPrimitive.Description>
          {error ? (
            <p role="alert" className="rounded-md bg-danger-soft px-3 py-2 text-sm text-danger-text">
              {error}
            </p>
          ) : null}
          <DialogFooter>
            <AlertDialogPrimitive.Cancel asChild>
              <Button ref={cancel}>Cancel</Button>
            </AlertDialogPrimitive.Cancel>
            <Button variant="danger" busy={busy} onClick={onConfirm}>
              {action}
            </Button>
          </DialogFooter>
        </AlertDialogPrimitive.Content>
      </AlertDialogPrimitive.Portal>
    </AlertDialogPrimitive.Root>
  );
}
