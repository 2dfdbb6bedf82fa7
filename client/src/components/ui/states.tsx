import { CircleAlert, type LucideIcon } from "lucide-react";
import type { ReactNode } from "react";

import { cn } from "@/lib/cn";

interface EmptyStateProps {
  icon: LucideIcon;
  title: string;
  /** `h1` where it is all that the page says. */
  heading?: "h1" | "h2";
  children?: ReactNode;
  actions?: ReactNode;
  className?: string;
}

/** What a list says when there is nothing in it, and the way on. */
export function EmptyState({
  icon: Icon,
  title,
  heading: Heading = "h2",
  children,
  actions,
  className,
}: EmptyStateProps) {
  return (
    <div className={cn("flex flex-col items-center gap-3 px-6 py-14 text-center", className)}>
      <span className="grid size-12 place-items-center rounded-full bg-primary-soft text-primary-text">
        <Icon aria-hidden className="size-5.5" />
      </span>
      <Heading className="text-lg font-semibold tracking-tight text-balance">{title}</Heading>
      {children ? <div className="max-w-md text-sm text-pretty text-muted-foreground">{children}</div> : null}
      {actions ? <div className="mt-2 flex flex-wrap justify-center gap-2">{actions}</div> : null}
    </div>
  );
}

interface ErrorStateProps {
  title: string;
  /** The server's own sentence. */
  detail: string;
  actions?: ReactNode;
  className?: string;
}

export function ErrorState({ title, detail, actions, className }: ErrorStateProps) {
  return (
    <div role="alert" className={cn("flex flex-col items-center gap-3 px-6 py-14 text-center", className)}>
      <span className="grid size-12 place-items-center rounded-full bg-danger-soft text-danger-text">
        <CircleAlert aria-hidden className="size-5.5" />
      </span>
      <h2 className="text-lg font-semibold tracking-tight">{title}</h2>
      <p className="max-w-md text-sm text-pretty text-muted-foreground">{detail}</p>
      {actions ? <div className="mt-2 flex flex-wrap justify-center gap-2">{actions}</div> : null}
    </div>
  );
}
