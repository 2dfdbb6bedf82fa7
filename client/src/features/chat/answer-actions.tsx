"use client";

import { RefreshCw, Route } from "lucide-react";

import { Button } from "@/components/ui/button";
import { Tooltip } from "@/components/ui/tooltip";

import { CopyButton } from "./copy-button";
import { FeedbackButtons } from "./feedback-buttons";
import type { Row } from "./rows";
import { readUsage } from "./usage";
import { UsageButton } from "./usage-button";

interface AnswerActionsProps {
  row: Row;
  chatId: string;
  messageId: string;
  traceOpen: boolean;
  onOpenTrace: (messageId: string) => void;
  onAskAgain: (() => void) | undefined;
}

export function AnswerActions({
  row,
  chatId,
  messageId,
  traceOpen,
  onOpenTrace,
  onAskAgain,
}: AnswerActionsProps) {
  const usage = readUsage(row.stored?.usage);
  return (
    <div className="-ml-2 flex flex-wrap items-center gap-0.5">
      <CopyButton text={row.content} label="Copy the answer" />
      {onAskAgain ? (
        <Tooltip content="Answer again">
          <Button variant="quiet" size="icon-sm" aria-label="Answer again" onClick={onAskAgain}>
            <RefreshCw aria-hidden />
          </Button>
        </Tooltip>
      ) : null}
      {row.stored ? (
        <FeedbackButtons chatId={chatId} messageId={messageId} feedback={row.stored.feedback} />
      ) : null}
      <Button
        variant="quiet"
        size="sm"
        className="px-2 aria-pressed:bg-accent aria-pressed:text-foreground"
        aria-pressed={traceOpen}
        onClick={() => onOpenTrace(messageId)}
      >
        <Route aria-hidden />
        Trace
        <span className="sr-only">: how this answer came about</span>
      </Button>
      {row.stored && usage ? <UsageButton usage={usage} createdAt={row.stored.created_at} /> : null}
    </div>
  );
}
