import { cn } from "@/lib/cn";

import type { Choice } from "./setting-fields";

interface ChoicesProps<Value extends string> {
  legend: string;
  name: string;
  choices: readonly Choice<Value>[];
  /** Of a part of a section. */
  small?: boolean;
  value: Value;
  onChange: (value: Value) => void;
}

/** One of a few, each with what it means. */
export function Choices<Value extends string>({
  legend,
  name,
  choices,
  small = false,
  value,
  onChange,
}: ChoicesProps<Value>) {
  return (
    <fieldset className="grid gap-2">
      <legend className={small ? "mb-2 text-sm font-medium" : "mb-3 font-semibold tracking-tight"}>
        {legend}
      </legend>
      {choices.map((choice) => {
        const current = choice.value === value;
        return (
          <label
            key={choice.value}
            className={cn(
              "flex gap-3 rounded-lg border bg-surface p-3.5 transition-colors has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-ring",
              "cursor-pointer hover:border-input",
              current && "border-primary bg-primary-soft/50",
            )}
          >
            <input
              type="radio"
              name={name}
              value={choice.value}
              checked={current}
              onChange={() => onChange(choice.value)}
              className="mt-0.5 size-4 shrink-0 accent-primary focus-visible:outline-none"
            />
            <span className="grid gap-0.5">
              <span className="text-sm font-medium">{choice.name}</span>
              <span className="text-sm text-muted-foreground">{choice.help}</span>
            </span>
          </label>
        );
      })}
    </fieldset>
  );
}
