import { Check, Minus } from "lucide-react";

import { cn } from "@/lib/cn";

interface CheckboxProps {
  checked: boolean | "indeterminate";
  onCheckedChange: (checked: boolean) => void;
  className?: string;
  "aria-label": string;
}

export function Checkbox({ checked, onCheckedChange, className, "aria-label": label }: CheckboxProps) {
  const mixed = checked === "indeterminate";
  const Mark = mixed ? Minus : Check;
  return (
    <span className={cn("relative inline-grid size-4.5 shrink-0 place-items-center", className)}>
      <input
        type="checkbox"
        aria-label={label}
        checked={checked === true}
        ref={(input) => {
          if (input) input.indeterminate = mixed;
        }}
        onChange={(event) => onCheckedChange(event.target.checked)}
        className="peer absolute inset-0 size-full cursor-pointer appearance-none rounded-sm border border-input bg-surface transition-colors checked:border-primary checked:bg-primary indeterminate:border-primary indeterminate:bg-primary"
      />
      {checked === false ? null : (
        <Mark
          aria-hidden
          strokeWidth={3}
          className="pointer-events-none relative size-3.5 text-primary-foreground"
        />
      )}
    </span>
  );
}
