import type { ComponentProps } from "react";

import { cn } from "@/lib/cn";

export const fieldClasses =
  "w-full min-w-0 rounded-md border border-input bg-surface text-foreground placeholder:text-muted-foreground transition-colors disabled:opacity-50 focus-visible:outline-2 focus-visible:-outline-offset-1 focus-visible:outline-ring aria-invalid:border-danger";

export function Input({ className, ...props }: ComponentProps<"input">) {
  return <input className={cn(fieldClasses, "h-9 px-3 text-base sm:text-sm", className)} {...props} />;
}
