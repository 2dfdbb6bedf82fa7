"use client";

import { useMutation, useQuery, useQueryClient, type QueryClient } from "@tanstack/react-query";

import { projectKeys } from "@/features/projects/queries";
import { api, bodyOf } from "@/lib/api/client";
import { allPages } from "@/lib/api/pages";
import type { Chat, ChatWithMessages } from "@/lib/api/types";

import { withEarlier, withFeedback, withNewest } from "./thread-cache";

const MESSAGES_AT_ONCE = 60;
const BEING_WRITTEN_POLL_MS = 1000;

export const chatKeys = {
  list: (projectId: string) => ["chats", projectId] as const,
  thread: (chatId: string) => ["chat", chatId] as const,
  trace: (messageId: string) => ["trace", messageId] as const,
};

/** All chats of a project, the one that was used last first. */
export function useChats(projectId: string) {
  return useQuery({
    queryKey: chatKeys.list(projectId),
    queryFn: ({ signal }) =>
      allPages((cursor) =>
        bodyOf(
          api.GET("/api/projects/{project_id}/chats", {
            params: { path: { project_id: projectId }, query: { limit: 200, ...(cursor ? { cursor } : {}) } },
            signal,
          }),
        ),
      ),
    select: (chats) => chats.toSorted((a, b) => b.updated_at.localeCompare(a.updated_at)),
    enabled: projectId !== "",
  });
}

export function useCreateChat(projectId: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () =>
      bodyOf(
        api.POST("/api/projects/{project_id}/chats", {
          params: { path: { project_id: projectId } },
          body: {},
        }),
      ),
    onSuccess: (chat) => {
      client.setQueryData<Chat[]>(chatKeys.list(projectId), (chats) => (chats ? [chat, ...chats] : chats));
      client.setQueryData<ChatWithMessages>(chatKeys.thread(chat.id), {
        ...chat,
        messages: [],
        next_cursor: null,
      });
      void client.invalidateQueries({ queryKey: projectKeys.one(projectId) });
    },
  });
}

/** Put a chat's new title wherever the chat is shown. */
export function setTitle(client: QueryClient, chatId: string, title: string) {
  const changed = (chat: Chat) =>
    chat.id === chatId ? { ...chat, title, updated_at: new Date().toISOString() } : chat;
  client.setQueriesData<Chat[]>({ queryKey: ["chats"] }, (chats) => chats?.map(changed));
  client.setQueryData<ChatWithMessages>(chatKeys.thread(chatId), (chat) =>
    chat ? { ...chat, title } : chat,
  );
}

export function useRenameChat(chatId: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (title: string) =>
      bodyOf(api.PATCH("/api/chats/{chat_id}", { params: { path: { chat_id: chatId } }, body: { title } })),
    onSuccess: ({ title }) => setTitle(client, chatId, title),
  });
}

export function useDeleteChat(projectId: string, chatId: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => api.DELETE("/api/chats/{chat_id}", { params: { path: { chat_id: chatId } } }),
    onSuccess: () => {
      client.setQueryData<Chat[]>(chatKeys.list(projectId), (chats) =>
        chats?.filter(({ id }) => id !== chatId),
      );
      client.removeQueries({ queryKey: chatKeys.thread(chatId) });
      void client.invalidateQueries({ queryKey: projectKeys.one(projectId) });
    },
  });
}

function fetchMessages(chatId: string, cursor: string | undefined, signal?: AbortSignal) {
  return bodyOf(
    api.GET("/api/chats/{chat_id}", {
      params: {
        path: { chat_id: chatId },
        query: { limit: MESSAGES_AT_ONCE, ...(cursor ? { cursor } : {}) },
      },
      ...(signal ? { signal } : {}),
    }),
  );
}

/** A chat with its last messages; `loadEarlier` puts those before them. */
export function useThread(chatId: string) {
  const client = useQueryClient();
  const queryKey = chatKeys.thread(chatId);
  return useQuery({
    queryKey,
    queryFn: async ({ signal }) => {
      const page = await fetchMessages(chatId, undefined, signal);
      return withNewest(client.getQueryData<ChatWithMessages>(queryKey), page);
    },
    enabled: chatId !== "",
    // An answer that is written for another window, or whose writer was just stopped, changes by itself.
    refetchInterval: ({ state }) =>
      state.data?.messages.at(-1)?.status === "streaming" ? BEING_WRITTEN_POLL_MS : false,
  });
}

export function useEarlierMessages(chatId: string) {
  const client = useQueryClient();
  const queryKey = chatKeys.thread(chatId);
  return useMutation({
    mutationKey: ["earlier", chatId],
    mutationFn: async () => {
      const cursor = client.getQueryData<ChatWithMessages>(queryKey)?.next_cursor;
      return cursor ? fetchMessages(chatId, cursor) : null;
    },
    onSuccess: (page) => {
      if (!page) return;
      client.setQueryData<ChatWithMessages>(queryKey, (known) => (known ? withEarlier(known, page) : known));
    },
  });
}

interface Rating {
  rating: "up" | "down";
  comment: string | null;
}

/** Rate an answer, or take the rating back with null. What was chosen shows at once. */
export function useRateAnswer(chatId: string, messageId: string) {
  const client = useQueryClient();
  const queryKey = chatKeys.thread(chatId);
  const path = { message_id: messageId };
  return useMutation({
    mutationFn: async (rating: Rating | null) => {
      if (rating) {
        return bodyOf(api.PUT("/api/messages/{message_id}/feedback", { params: { path }, body: rating }));
      }
      await api.DELETE("/api/messages/{message_id}/feedback", { params: { path } });
      return null;
    },
    onSuccess: (feedback) => {
      client.setQueryData<ChatWithMessages>(queryKey, (known) =>
        known ? withFeedback(known, messageId, feedback) : known,
      );
    },
  });
}
