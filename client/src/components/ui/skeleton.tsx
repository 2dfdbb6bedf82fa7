import type { ComponentProps } from "react";

import { cn } from "@/lib/cn";

/** Stands for what is being loaded. Wrap a group of them in an element with `aria-busy` and a name. */
export function Skeleton({ className, ...props }: ComponentProps<"div">) {
  return <div aria-hidden className={cn("animate-pulse rounded-md bg-accent", className)} {...props} />;
}
