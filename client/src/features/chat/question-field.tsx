"use client";

import { ArrowUp, Square } from "lucide-react";
import { useEffect, useId, useLayoutEffect, useRef, type KeyboardEvent, type ReactNode } from "react";

import { Button } from "@/components/ui/button";
import { cn } from "@/lib/cn";
import { formatNumber } from "@/lib/format";

import { useDraft } from "./drafts";
import { charactersLeft, COUNTED_FROM_LEFT } from "./question-length";

const TALLEST_PX = 320;

interface QuestionFieldProps {
  draftKey: string;
  label: string;
  placeholder?: string;
  autoFocus?: boolean;
  busy?: boolean;
  hint?: ReactNode;
  /** What belongs to the question beside its words. */
  tools?: ReactNode;
  onSend: (question: string) => void;
  onStop?: () => void;
  onCancel?: () => void;
}

/** Where a question is written. Enter sends it, Shift and Enter begin a new line; what is written is kept. */
export function QuestionField({
  draftKey,
  label,
  placeholder,
  autoFocus = false,
  busy = false,
  hint,
  tools,
  onSend,
  onStop,
  onCancel,
}: QuestionFieldProps) {
  const [text, write] = useDraft(draftKey);
  const field = useRef<HTMLTextAreaElement>(null);
  const hintId = useId();
  const left = charactersLeft(text);
  const canSend = text.trim() !== "" && left >= 0;
  useLayoutEffect(() => fitHeight(field.current), [text]);
  useEffect(() => {
    // On a phone the focus would bring up the keyboard over the page.
    if (!autoFocus || !field.current || window.matchMedia("(pointer: coarse)").matches) return;
    field.current.focus({ preventScroll: true });
    field.current.setSelectionRange(field.current.value.length, field.current.value.length);
  }, [autoFocus, draftKey]);

  const send = () => {
    if (canSend && !busy) onSend(text.trim());
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Escape" && onCancel) {
      event.preventDefault();
      onCancel();
    }
    // A composed character (Chinese, Japanese, …) is confirmed by Enter, and a phone has no Shift at hand.
    const composing = event.nativeEvent.isComposing || window.matchMedia("(pointer: coarse)").matches;
    if (event.key !== "Enter" || event.shiftKey || composing) return;
    event.preventDefault();
    send();
  };
  return (
    <form
      className="grid gap-1.5"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <div className="flex flex-col rounded-xl border border-input bg-surface shadow-soft transition-colors focus-within:border-ring focus-within:outline-1 focus-within:outline-ring">
        <textarea
          ref={field}
          rows={1}
          dir="auto"
          value={text}
          aria-label={label}
          aria-describedby={hintId}
          aria-invalid={left < 0 || undefined}
          placeholder={placeholder}
          onChange={(event) => write(event.target.value)}
          onKeyDown={onKeyDown}
          className="w-full resize-none bg-transparent px-4 pt-3 pb-1 text-base leading-relaxed placeholder:text-muted-foreground focus:outline-none"
        />
        <div className="flex min-h-11 items-center justify-end gap-2 px-2 pb-2 pl-4">
          {tools ? <div className="mr-auto -ml-2 flex min-w-0 sm:max-w-[60%]">{tools}</div> : null}
          <p
            id={hintId}
            className={cn("min-w-0 flex-1 text-xs text-muted-foreground", tools && "max-sm:sr-only")}
          >
            {left <= COUNTED_FROM_LEFT ? <Counter left={left} /> : hint}
          </p>
          {onCancel ? (
            <Button variant="quiet" size="sm" onClick={onCancel}>
              Cancel
            </Button>
          ) : null}
          {busy && onStop ? (
            <Button
              size="icon"
              className="rounded-full"
              title="Stop"
              aria-label="Stop the answer"
              onClick={onStop}
            >
              <Square aria-hidden className="fill-current" />
            </Button>
          ) : (
            <Button
              type="submit"
              variant="primary"
              size="icon"
              className="rounded-full"
              title="Ask"
              aria-label="Ask"
              disabled={!canSend || busy}
            >
              <ArrowUp aria-hidden />
            </Button>
          )}
        </div>
      </div>
    </form>
  );
}

function Counter({ left }: { left: number }) {
  return (
    <span role="status" className={cn("tabular-nums", left < 0 && "font-medium text-danger-text")}>
      {left >= 0
        ? `${formatNumber(left)} characters left`
        : `${formatNumber(-left)} characters too many. Shorten it, or add the text as a document.`}
    </span>
  );
}

function fitHeight(element: HTMLTextAreaElement | null) {
  if (!element) return;
  element.style.height = "auto";
  element.style.height = `${Math.min(element.scrollHeight, TALLEST_PX)}px`;
  element.style.overflowY = element.scrollHeight > TALLEST_PX ? "auto" : "hidden";
}
