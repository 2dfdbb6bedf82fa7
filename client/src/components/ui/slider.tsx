"use client";

import { Slider as SliderPrimitive } from "radix-ui";

import { cn } from "@/lib/cn";

interface SliderProps {
  id?: string;
  label: string;
  value: number;
  min: number;
  max: number;
  step: number;
  valueText?: string;
  disabled?: boolean;
  className?: string;
  "aria-describedby"?: string | undefined;
  onValueChange: (value: number) => void;
}

export function Slider({
  id,
  label,
  value,
  valueText,
  className,
  onValueChange,
  "aria-describedby": describedBy,
  ...range
}: SliderProps) {
  return (
    <SliderPrimitive.Root
      className={cn(
        "relative flex h-6 w-full touch-none items-center select-none data-disabled:opacity-50",
        className,
      )}
      value={[value]}
      onValueChange={([next]) => {
        if (next !== undefined) onValueChange(next);
      }}
      {...range}
    >
      <SliderPrimitive.Track className="relative h-1.5 w-full grow overflow-hidden rounded-full bg-accent">
        <SliderPrimitive.Range className="absolute h-full bg-primary" />
      </SliderPrimitive.Track>
      <SliderPrimitive.Thumb
        id={id}
        aria-label={label}
        aria-valuetext={valueText}
        aria-describedby={describedBy}
        className="block size-5 rounded-full border-2 border-primary bg-surface shadow-soft transition-colors hover:bg-primary-soft"
      />
    </SliderPrimitive.Root>
  );
}
