"use client";

import { CircleAlert, MessagesSquare } from "lucide-react";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";

import { Button } from "@/components/ui/button";
import { EmptyState } from "@/components/ui/states";
import { DocumentPicker } from "@/features/documents/document-picker";
import { useProject } from "@/features/projects/queries";

import { ChatFootnote } from "./chat-footnote";
import { AnswerFeed, Message } from "./chat-parts";
import { draftKeys, restoreDraft } from "./drafts";
import type { Failure } from "./live-answer";
import { MessageList, type MessageListHandle } from "./message-list";
import { progressSentence } from "./progress-line";
import { useEarlierMessages } from "./queries";
import { QuestionField } from "./question-field";
import type { Row } from "./rows";
import type { ChatThread } from "./use-chat-thread";
import type { Panel } from "./use-panel";

interface ChatViewProps {
  projectId: string;
  chatId: string;
  chat: ChatThread;
  panel: Panel | null;
  onShow: (panel: Panel) => void;
}

/** The messages of a chat and the field for the next question. */
export function ChatView({ projectId, chatId, chat, panel, onShow }: ChatViewProps) {
  const { rows, busy, progress, failure, ask, askAs, edit } = chat;
  const list = useRef<MessageListHandle>(null);
  const earlier = useEarlierMessages(chatId);
  const hasEarlier = typeof chat.thread.data?.next_cursor === "string";
  const documentCount = useProject(projectId).data?.document_count;
  const sentence = progress ? progressSentence(progress, documentCount) : null;
  useScrollToPanel(list, rows, panel);
  useEffect(() => {
    if (!busy) restoreDraft(draftKeys.chat(chatId));
    // Only what a page that is gone has left behind: a draft that is being sent is held on purpose.
    // eslint-disable-next-line react-hooks/exhaustive-deps -- looked at once, when the chat is opened
  }, [chatId]);

  const openSource = useCallback(
    (messageId: string, number: number) => onShow({ kind: "source", messageId, number }),
    [onShow],
  );
  const openTrace = useCallback((messageId: string) => onShow({ kind: "trace", messageId }), [onShow]);
  const actions = useRef({ askAs, edit });
  useEffect(() => {
    actions.current = { askAs, edit };
  });
  const onAsk = useCallback((question: string, replaces: string | null) => {
    void actions.current.askAs(question, replaces);
    requestAnimationFrame(() => list.current?.scrollToEnd());
  }, []);
  const onEdit = useCallback((question: string, replaces: string) => {
    void actions.current.edit(question, replaces);
    requestAnimationFrame(() => list.current?.scrollToEnd());
  }, []);

  const renderRow = (row: Row, index: number) => (
    <Message
      row={row}
      chatId={chatId}
      isLast={index === rows.length - 1}
      following={rows.length - index - 1}
      busy={busy}
      progress={row.status === "streaming" ? (row.content === "" ? sentence : "Writing…") : null}
      failure={index === rows.length - 1 && failure?.unsent === null ? failure.detail : null}
      openNumber={panel?.kind === "source" && panel.messageId === row.id ? panel.number : null}
      traceOpen={panel?.kind === "trace" && panel.messageId === row.id}
      onOpenSource={openSource}
      onOpenTrace={openTrace}
      onAsk={onAsk}
      onEdit={onEdit}
    />
  );
  return (
    <div className="flex min-h-0 flex-1 flex-col">
      {rows.length === 0 ? (
        <div className="grid flex-1 place-content-center">
          <EmptyState icon={MessagesSquare} title="Nothing has been asked here yet">
            Every answer leads to the passage that it comes from.
          </EmptyState>
        </div>
      ) : (
        <MessageList
          rows={rows}
          hasEarlier={hasEarlier}
          loadingEarlier={earlier.isPending}
          onNearStart={() => earlier.mutate()}
          renderRow={renderRow}
          handle={list}
        />
      )}
      {chat.liveChat ? <AnswerFeed chat={chat.liveChat} onMessages={chat.publish} /> : null}
      <Announcement busy={busy} sentence={sentence} rows={rows} />
      <div className="mx-auto grid w-full max-w-3xl gap-2 px-3 pb-3 sm:px-6 sm:pb-4">
        {failure?.unsent ? (
          <FailureNotice
            failure={failure}
            onRetry={() => void chat.retry()}
            onDismiss={chat.dismissFailure}
          />
        ) : null}
        <QuestionField
          draftKey={draftKeys.chat(chatId)}
          label="Your question"
          placeholder="Ask your documents"
          autoFocus
          busy={busy}
          hint={<ChatFootnote />}
          tools={<DocumentPicker projectId={projectId} picked={chat.picked} onPick={chat.pick} />}
          onSend={(question) => {
            void ask(question);
            requestAnimationFrame(() => list.current?.scrollToEnd());
          }}
          onStop={() => void chat.stop()}
        />
      </div>
    </div>
  );
}

/** A link to a source leads to the answer too. */
function useScrollToPanel(
  list: { current: MessageListHandle | null },
  rows: readonly Row[],
  panel: Panel | null,
) {
  const [wanted] = useState(panel?.messageId ?? null);
  const key = useMemo(() => rows.find(({ id }) => id !== null && id === wanted)?.key, [rows, wanted]);
  useEffect(() => {
    if (key === undefined) return;
    const frame = requestAnimationFrame(() => list.current?.scrollToKey(key));
    return () => cancelAnimationFrame(frame);
  }, [key, list]);
}

interface AnnouncementProps {
  busy: boolean;
  sentence: string | null;
  rows: readonly Row[];
}

/** Says to screen readers what is being done, and that it is done; not every word as it comes. */
function Announcement({ busy, sentence, rows }: AnnouncementProps) {
  const last = rows.at(-1);
  const ended = last?.role === "assistant" && last.status !== "streaming";
  return (
    <p role="status" className="sr-only">
      {busy ? sentence : null}
      {!busy && ended && sentence === null ? ENDINGS[last.status] : null}
    </p>
  );
}

const ENDINGS = {
  streaming: null,
  completed: "The answer is there.",
  stopped: "The answer was stopped.",
  failed: "The answer could not be finished.",
  refused: "The question was not answered.",
} as const;

interface FailureNoticeProps {
  failure: Failure;
  onRetry: () => void;
  onDismiss: () => void;
}

function FailureNotice({ failure, onRetry, onDismiss }: FailureNoticeProps) {
  return (
    <div
      role="alert"
      className="flex items-start gap-2.5 rounded-lg bg-danger-soft px-3.5 py-2.5 text-sm text-danger-text"
    >
      <CircleAlert aria-hidden className="mt-0.5 size-4 shrink-0" />
      <p className="min-w-0 flex-1 break-words">The question was not sent. {failure.detail}</p>
      <Button size="sm" className="-my-1" onClick={onRetry}>
        Try again
      </Button>
      <Button variant="quiet" size="sm" className="-my-1" onClick={onDismiss}>
        Dismiss
      </Button>
    </div>
  );
}
