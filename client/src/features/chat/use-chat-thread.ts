"use client";

import { useEffect, useMemo, useSyncExternalStore } from "react";

import { usePicked } from "@/features/documents/use-picked";
import { connection } from "@/lib/api/connection";
import type { Message } from "@/lib/api/types";

import { draftKeys } from "./drafts";
import { useLiveAnswer } from "./live-answers";
import { useThread } from "./queries";
import { isSettled, liveRows, withLive } from "./rows";

const NONE: Message[] = [];

/** Everything a chat's page shows and does: what is stored, and the answer that is being written. */
export function useChatThread(chatId: string) {
  const [picked, pick] = usePicked(`chat:${chatId}`);
  const documentIds = picked.map(({ id }) => id);
  const thread = useThread(chatId);
  const { live, state } = useLiveAnswer(chatId);
  const stored = thread.data?.messages ?? NONE;
  const coming = useMemo(() => liveRows(state), [state]);
  const settled = state.over && isSettled(stored, coming);
  const rows = useMemo(
    () => withLive(stored, settled ? [] : coming, state.replaces),
    [stored, settled, coming, state.replaces],
  );
  useEffect(() => {
    if (settled) live.settle();
  }, [settled, live]);

  const { refetch } = thread;
  const lost = useSyncExternalStore(connection.subscribe, connection.isLost, () => false);
  const waiting = state.over && coming.length > 0 && !settled;
  useEffect(() => {
    if (waiting && !lost) void refetch({ cancelRefetch: false });
  }, [waiting, lost, refetch]);

  return {
    thread,
    /** The documents that the next question is put to; none: all. */
    picked,
    pick,
    rows,
    busy: !state.over,
    liveChat: state.chat,
    publish: live.publish,
    progress: state.progress,
    failure: state.failure,
    dismissFailure: live.dismissFailure,
    retry: () => live.retry(),
    /** Ask what is written in the field below the chat. */
    ask: (question: string) =>
      live.ask({ question, replaces: null, draftKey: draftKeys.chat(chatId), documentIds }),
    /** Ask what stands somewhere on the page: a suggestion, or an earlier question once more. */
    askAs: (question: string, replaces: string | null) =>
      live.ask({ question, replaces, draftKey: null, documentIds }),
    edit: (question: string, replaces: string) =>
      live.ask({ question, replaces, draftKey: draftKeys.edit(replaces), documentIds }),
    stop: () => live.stop(),
  };
}

export type ChatThread = ReturnType<typeof useChatThread>;
