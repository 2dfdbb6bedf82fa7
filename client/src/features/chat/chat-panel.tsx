"use client";

import { useEffect } from "react";

import { Skeleton } from "@/components/ui/skeleton";
import type { Citation } from "@/lib/api/types";

import { placeOf } from "./citation-chip";
import { useEarlierMessages } from "./queries";
import type { Row } from "./rows";
import { SidePanel } from "./side-panel";
import { claimsOf } from "./source/claims";
import { SourceView } from "./source/source-view";
import { TraceView } from "./trace/trace-view";
import type { ChatThread } from "./use-chat-thread";
import { panelQuery, type Panel } from "./use-panel";

const NO_CITATIONS: readonly Citation[] = [];

interface ChatPanelProps {
  projectId: string;
  chatId: string;
  chat: ChatThread;
  panel: Panel;
  onShow: (panel: Panel) => void;
  onClose: () => void;
}

/** What is open beside the chat: a source of an answer, or its trace. */
export function ChatPanel({ projectId, chatId, chat, panel, onShow, onClose }: ChatPanelProps) {
  const { row, searching } = useRowOf(panel.messageId, chatId, chat);
  const subject = panelQuery(panel);
  if (panel.kind === "trace") {
    return (
      <SidePanel
        title="How this answer came about"
        label="Trace of the answer"
        subject={subject}
        onClose={onClose}
      >
        <TraceView
          messageId={panel.messageId}
          citations={row?.citations ?? NO_CITATIONS}
          onOpenSource={(number) => onShow({ kind: "source", messageId: panel.messageId, number })}
        />
      </SidePanel>
    );
  }
  const citation = row?.citations.find(({ number }) => number === panel.number);
  const waiting = searching || row?.status === "streaming";
  return (
    <SidePanel
      title={
        citation ? (
          <>
            <span className="mr-2 rounded-sm bg-primary px-1.5 py-0.5 text-xs text-primary-foreground tabular-nums">
              {citation.number}
            </span>
            <bdi>{citation.document_name}</bdi>
          </>
        ) : (
          "Source"
        )
      }
      label={citation ? `Source ${citation.number}: ${placeOf(citation)}` : "Source"}
      subject={subject}
      onClose={onClose}
    >
      {row && citation ? (
        <SourceView
          projectId={projectId}
          citation={citation}
          citations={row.citations}
          claims={claimsOf(row.content, citation.number)}
          onNumber={(number) => onShow({ ...panel, number })}
        />
      ) : waiting ? (
        <div aria-busy aria-label="The source is being looked for" className="grid gap-3 p-5">
          <Skeleton className="h-4 w-full" />
          <Skeleton className="h-4 w-3/4" />
        </div>
      ) : (
        <p className="p-5 text-sm text-muted-foreground">
          The answer that this link leads to is not in this chat any more.
        </p>
      )}
    </SidePanel>
  );
}

/** The message that a link names. Earlier messages are loaded until it is there, or there are no more. */
function useRowOf(
  messageId: string,
  chatId: string,
  chat: ChatThread,
): { row: Row | undefined; searching: boolean } {
  const { mutate, isPending, isError } = useEarlierMessages(chatId);
  const row = chat.rows.find(({ id }) => id === messageId);
  const cursor = chat.thread.data?.next_cursor;
  const searching = row === undefined && typeof cursor === "string" && !isError;
  useEffect(() => {
    if (searching && !isPending) mutate();
  }, [searching, isPending, mutate, cursor]);
  return { row, searching };
}
