"use client";

import { useQueryClient, type QueryClient } from "@tanstack/react-query";
import { useSyncExternalStore } from "react";

import { LiveAnswer } from "./live-answer";
import { chatKeys, setTitle } from "./queries";

const answers = new WeakMap<QueryClient, Map<string, LiveAnswer>>();

/** The one live answer of a chat in this window. */
export function liveAnswerOf(client: QueryClient, chatId: string): LiveAnswer {
  const known = answers.get(client) ?? new Map<string, LiveAnswer>();
  answers.set(client, known);
  let answer = known.get(chatId);
  if (!answer) {
    answer = new LiveAnswer(chatId, {
      onStored: (title) => {
        if (title) setTitle(client, chatId, title);
      },
      onOver: () => client.invalidateQueries({ queryKey: chatKeys.thread(chatId) }),
    });
    known.set(chatId, answer);
  }
  return answer;
}

export function useLiveAnswer(chatId: string) {
  const client = useQueryClient();
  const live = liveAnswerOf(client, chatId);
  const state = useSyncExternalStore(live.subscribe, live.get, live.get);
  return { live, state };
}
