"use client";

import { X } from "lucide-react";
import { Dialog as DialogPrimitive } from "radix-ui";
import type { ComponentProps, ReactNode } from "react";

import { cn } from "@/lib/cn";

import { Button } from "./button";
import { overlayClasses } from "./dialog";

export const Sheet = DialogPrimitive.Root;
export const SheetTrigger = DialogPrimitive.Trigger;
export const SheetClose = DialogPrimitive.Close;

interface SheetContentProps extends Omit<ComponentProps<typeof DialogPrimitive.Content>, "title"> {
  title: ReactNode;
  side?: "left" | "right";
}

/** A panel from the side of the window, for what has no room of its own on a small screen. */
export function SheetContent({ title, side = "right", className, children, ...props }: SheetContentProps) {
  return (
    <DialogPrimitive.Portal>
      <DialogPrimitive.Overlay className={overlayClasses} />
      <DialogPrimitive.Content
        aria-describedby={undefined}
        className={cn(
          "fixed inset-y-0 z-50 flex w-full max-w-md flex-col bg-surface shadow-float focus:outline-none",
          side === "right"
            ? "right-0 border-l data-[state=open]:animate-slide"
            : "left-0 max-w-80 border-r data-[state=open]:animate-fade",
          className,
        )}
        {...props}
      >
        <div className="flex h-14 shrink-0 items-center justify-between gap-2 border-b pr-2 pl-4">
          <DialogPrimitive.Title className="truncate font-semibold tracking-tight">
            {title}
          </DialogPrimitive.Title>
          <DialogPrimitive.Close asChild>
            <Button variant="quiet" size="icon" aria-label="Close">
              <X aria-hidden />
            </Button>
          </DialogPrimitive.Close>
        </div>
        {children}
      </DialogPrimitive.Content>
    </DialogPrimitive.Portal>
  );
}
