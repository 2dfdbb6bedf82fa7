"use client";

import { useId, useState } from "react";

import { Input } from "@/components/ui/input";
import { Slider } from "@/components/ui/slider";
import { formatNumber } from "@/lib/format";

interface NumberSettingProps {
  field: {
    name: string;
    label: string;
    help: string;
    min: number;
    max: number;
    step: number;
    digits: number;
  };
  value: number;
  onChange: (value: number) => void;
}

/** A number, by slider or by typing. What is typed counts once it is in range. */
export function NumberSetting({ field, value, onChange }: NumberSettingProps) {
  const id = useId();
  const { label, help, min, max, step, digits } = field;
  const [typed, setTyped] = useState<string | null>(null);

  function type(text: string) {
    setTyped(text);
    const number = Number(text);
    if (text.trim() !== "" && number >= min && number <= max) onChange(rounded(number, digits));
  }

  return (
    <div className="grid gap-1.5">
      <div className="flex items-center gap-4">
        <label htmlFor={id} className="flex-1 text-sm font-medium">
          {label}
        </label>
        <Input
          id={id}
          type="number"
          inputMode="decimal"
          min={min}
          max={max}
          step={step}
          aria-describedby={`${id}-help`}
          value={typed ?? rounded(value, digits).toFixed(digits)}
          onChange={(event) => type(event.target.value)}
          onBlur={() => setTyped(null)}
          className="h-8 w-20 text-right tabular-nums"
        />
      </div>
      <Slider
        label={label}
        aria-describedby={`${id}-help`}
        value={value}
        valueText={formatNumber(value, digits)}
        min={min}
        max={max}
        step={step}
        onValueChange={(next) => {
          setTyped(null);
          onChange(rounded(next, digits));
        }}
      />
      <p id={`${id}-help`} className="text-sm text-muted-foreground">
        {help}
      </p>
    </div>
  );
}

function rounded(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
