"use client";

import { CircleAlert, CircleStop, ShieldAlert, TriangleAlert, type LucideIcon } from "lucide-react";
import { memo, useCallback, useMemo, type ReactNode } from "react";

import { Button } from "@/components/ui/button";
import { cn } from "@/lib/cn";
import { counted } from "@/lib/format";

import { AnswerActions } from "./answer-actions";
import { CitationProvider } from "./citation-context";
import { unsupportedSentences } from "./grounding";
import { Markdown } from "./markdown/markdown";
import { ProgressLine } from "./progress-line";
import { QuestionList } from "./question-list";
import type { Row } from "./rows";
import { SourcesList } from "./sources-list";

export interface AnswerProps {
  row: Row;
  chatId: string;
  isLast: boolean;
  busy: boolean;
  /** What is being done for it, while it has no words yet. */
  progress: string | null;
  /** Why it could not be finished, as far as this window knows. */
  failure: string | null;
  openNumber: number | null;
  traceOpen: boolean;
  onOpenSource: (messageId: string, number: number) => void;
  onOpenTrace: (messageId: string) => void;
  onAsk: (question: string, replaces: string | null) => void;
}

const NO_GROUNDING: [] = [];

export const Answer = memo(function Answer({
  row,
  chatId,
  isLast,
  busy,
  progress,
  failure,
  openNumber,
  traceOpen,
  onOpenSource,
  onOpenTrace,
  onAsk,
}: AnswerProps) {
  const streaming = row.status === "streaming";
  const { id, question } = row;
  const open = useCallback(
    (number: number) => {
      if (id) onOpenSource(id, number);
    },
    [id, onOpenSource],
  );
  const grounding = row.stored?.grounding ?? NO_GROUNDING;
  const unsupported = useMemo(() => unsupportedSentences(grounding), [grounding]);
  const askAgain = isLast && !busy && question ? () => onAsk(question.content, question.id) : undefined;
  const suggestions = isLast && !busy ? (row.stored?.suggestions ?? []) : [];
  return (
    <CitationProvider citations={row.citations} streaming={streaming} openNumber={openNumber} onOpen={open}>
      <article aria-label="Answer" aria-busy={streaming} className="grid min-w-0 gap-4 *:min-w-0">
        <h2 className="sr-only">Answer</h2>
        {row.status === "refused" ? (
          <Notice icon={ShieldAlert} tone="warning" title="Not answered">
            <Markdown source={row.content} />
          </Notice>
        ) : row.content === failure ? null : (
          <Markdown source={row.content} streaming={streaming} unsupported={unsupported} />
        )}
        {streaming && progress ? <ProgressLine sentence={progress} /> : null}
        <Outcome row={row} failure={failure} unsupported={unsupported.length} askAgain={askAgain} />
        {streaming ? null : <SourcesList citations={row.citations} />}
        {streaming || !id ? null : (
          <AnswerActions
            row={row}
            chatId={chatId}
            messageId={id}
            traceOpen={traceOpen}
            onOpenTrace={onOpenTrace}
            onAskAgain={askAgain}
          />
        )}
        <QuestionList
          label="Ask next"
          questions={suggestions}
          onAsk={(suggestion) => onAsk(suggestion, null)}
        />
      </article>
    </CitationProvider>
  );
});

interface OutcomeProps {
  row: Row;
  failure: string | null;
  unsupported: number;
  askAgain: (() => void) | undefined;
}

/** What one must know of an answer that is not whole, or not well supported. */
function Outcome({ row, failure, unsupported, askAgain }: OutcomeProps) {
  const again = askAgain ? (
    <Button size="sm" onClick={askAgain}>
      Ask again
    </Button>
  ) : null;
  if (row.status === "failed") {
    return (
      <Notice icon={CircleAlert} tone="danger" title="The answer could not be finished" action={again}>
        {failure}
      </Notice>
    );
  }
  if (row.status === "stopped") {
    const title = row.content ? "Stopped here" : "Stopped before the first word";
    return <Notice icon={CircleStop} tone="neutral" title={title} action={again} />;
  }
  if (unsupported > 0) {
    return (
      <Notice
        icon={TriangleAlert}
        tone="warning"
        title={`${counted(unsupported, "sentence has", "sentences have")} no support in the sources`}
      >
        <p>
          They are underlined. This compares words and meaning with the cited passages; it is not a proof.
        </p>
      </Notice>
    );
  }
  return null;
}

const TONES = {
  neutral: "bg-muted text-muted-foreground",
  warning: "bg-warning-soft text-warning-text",
  danger: "bg-danger-soft text-danger-text",
} as const;

interface NoticeProps {
  icon: LucideIcon;
  tone: keyof typeof TONES;
  title: string;
  action?: ReactNode;
  children?: ReactNode;
}

function Notice({ icon: Icon, tone, title, action, children }: NoticeProps) {
  return (
    <div className={cn("flex items-start gap-2.5 rounded-lg px-3.5 py-2.5 text-sm", TONES[tone])}>
      <Icon aria-hidden className="mt-0.5 size-4 shrink-0" />
      <div className="grid min-w-0 flex-1 gap-1">
        <p className="font-medium">{title}</p>
        {children ? <div className="text-foreground">{children}</div> : null}
      </div>
      {action}
    </div>
  );
}
