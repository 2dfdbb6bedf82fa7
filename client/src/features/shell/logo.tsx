import { cn } from "@/lib/cn";

/** A line that is followed to its end: the mark of Opentrace. */
export function LogoMark({ className }: { className?: string }) {
  return (
    <svg viewBox="0 0 32 32" aria-hidden className={cn("size-7", className)}>
      <rect width="32" height="32" rx="8" className="fill-primary" />
      <path
        d="M8 9.5h9.5a4 4 0 0 1 0 8h-3a4 4 0 0 0 0 8H19"
        fill="none"
        strokeWidth="2.4"
        strokeLinecap="round"
        className="stroke-primary-foreground"
        transform="translate(0 -1.2)"
      />
      <circle cx="23.4" cy="24.3" r="2.6" className="fill-highlight" />
    </svg>
  );
}

export function Wordmark({ className }: { className?: string }) {
  return (
    <span className={cn("inline-flex items-center gap-2 font-semibold tracking-tight", className)}>
      <LogoMark />
      Opentrace
    </span>
  );
}
