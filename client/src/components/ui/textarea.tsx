import type { ComponentProps } from "react";

import { cn } from "@/lib/cn";

import { fieldClasses } from "./input";

export function Textarea({ className, ...props }: ComponentProps<"textarea">) {
  return (
    <textarea className={cn(fieldClasses, "min-h-20 px-3 py-2 text-base sm:text-sm", className)} {...props} />
  );
}
