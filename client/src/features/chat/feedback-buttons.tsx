"use client";

import { ThumbsDown, ThumbsUp } from "lucide-react";
import { useState } from "react";

import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Popover, PopoverAnchor, PopoverContent } from "@/components/ui/popover";
import { Textarea } from "@/components/ui/textarea";
import { toast } from "@/components/ui/toast";
import { Tooltip } from "@/components/ui/tooltip";
import { sentenceOf } from "@/lib/api/errors";
import type { Feedback } from "@/lib/api/types";
import { cn } from "@/lib/cn";

import { useRateAnswer } from "./queries";

const MAX_COMMENT_CHARACTERS = 4000;

interface FeedbackButtonsProps {
  chatId: string;
  messageId: string;
  feedback: Feedback | null;
}

/** Thumbs up or down at once; then there is room for a comment, which nobody has to write. */
export function FeedbackButtons({ chatId, messageId, feedback }: FeedbackButtonsProps) {
  const rate = useRateAnswer(chatId, messageId);
  const [commenting, setCommenting] = useState(false);
  const chosen = rate.isPending ? rate.variables?.rating : feedback?.rating;

  const choose = (rating: "up" | "down") => {
    const next = chosen === rating ? null : { rating, comment: feedback?.comment ?? null };
    rate.mutate(next, { onError: (error) => toast.error(sentenceOf(error)) });
    setCommenting(next !== null);
  };
  const button = (rating: "up" | "down") => {
    const Icon = rating === "up" ? ThumbsUp : ThumbsDown;
    const label = rating === "up" ? "Good answer" : "Bad answer";
    return (
      <Tooltip content={label}>
        <Button
          variant="quiet"
          size="icon-sm"
          aria-label={label}
          aria-pressed={chosen === rating}
          onClick={() => choose(rating)}
        >
          <Icon aria-hidden className={cn(chosen === rating && "fill-primary/25 text-primary-text")} />
        </Button>
      </Tooltip>
    );
  };
  return (
    <Popover open={commenting} onOpenChange={setCommenting}>
      <PopoverAnchor asChild>
        <span className="flex items-center gap-0.5">
          {button("up")}
          {button("down")}
        </span>
      </PopoverAnchor>
      <PopoverContent aria-label="Comment on the answer" side="top">
        <CommentForm
          rating={chosen ?? "up"}
          comment={feedback?.comment ?? ""}
          onSave={(comment) =>
            rate.mutate(
              { rating: chosen ?? "up", comment },
              {
                onSuccess: () => {
                  setCommenting(false);
                  toast.success("Thank you. Your comment is kept with the answer.");
                },
                onError: (error) => toast.error(sentenceOf(error)),
              },
            )
          }
          busy={rate.isPending}
        />
      </PopoverContent>
    </Popover>
  );
}

interface CommentFormProps {
  rating: "up" | "down";
  comment: string;
  busy: boolean;
  onSave: (comment: string | null) => void;
}

function CommentForm({ rating, comment, busy, onSave }: CommentFormProps) {
  const [text, setText] = useState(comment);
  return (
    <form
      className="grid gap-3"
      onSubmit={(event) => {
        event.preventDefault();
        onSave(text.trim() === "" ? null : text);
      }}
    >
      <Field label={rating === "up" ? "What was good about it?" : "What was wrong with it?"}>
        {(control) => (
          <Textarea
            {...control}
            value={text}
            maxLength={MAX_COMMENT_CHARACTERS}
            placeholder="Optional"
            onChange={(event) => setText(event.target.value)}
          />
        )}
      </Field>
      <Button type="submit" variant="primary" size="sm" busy={busy} className="justify-self-end">
        Save comment
      </Button>
    </form>
  );
}
