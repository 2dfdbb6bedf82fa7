import { ChevronDown } from "lucide-react";
import type { ComponentProps } from "react";

import { cn } from "@/lib/cn";

import { fieldClasses } from "./input";

export interface SelectOption<Value extends string> {
  value: Value;
  label: string;
}

interface SelectProps<Value extends string> extends Omit<ComponentProps<"select">, "value" | "onChange"> {
  value: Value;
  options: readonly SelectOption<Value>[];
  onValueChange: (value: Value) => void;
}

/** The browser's own list, in our dress: it knows keyboards, screen readers and phones better than any other. */
export function Select<Value extends string>({
  value,
  options,
  onValueChange,
  className,
  ...props
}: SelectProps<Value>) {
  return (
    <span className={cn("relative inline-flex", className)}>
      <select
        className={cn(fieldClasses, "h-9 appearance-none pr-9 pl-3 text-base sm:text-sm")}
        value={value}
        onChange={(event) => {
          const option = options.find((candidate) => candidate.value === event.target.value);
          if (option) onValueChange(option.value);
        }}
        {...props}
      >
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.label}
          </option>
        ))}
      </select>
      <ChevronDown
        aria-hidden
        className="pointer-events-none absolute top-2.5 right-3 size-4 text-muted-foreground"
      />
    </span>
  );
}
