"use client";

import Link from "next/link";
import { Suspense } from "react";

import { Button } from "@/components/ui/button";
import { Skeleton } from "@/components/ui/skeleton";
import { ErrorState } from "@/components/ui/states";
import { ApiError, sentenceOf } from "@/lib/api/errors";
import { lazyPart } from "@/lib/lazy-part";
import { routes } from "@/lib/routes";
import { usePathIds } from "@/lib/use-path-ids";

import { ChatBar } from "./chat-bar";
import { usePreparedChat } from "./chat-parts";
import { useChatThread } from "./use-chat-thread";
import { usePanel } from "./use-panel";

const ChatView = lazyPart(() => import("./chat-view").then((module) => module.ChatView), <ChatSkeleton />);
const ChatPanel = lazyPart(() => import("./chat-panel").then((module) => module.ChatPanel));

export function ChatPage() {
  usePreparedChat();
  const { projectId, itemId } = usePathIds();
  if (!itemId) return null;
  return (
    <Suspense>
      <OpenChat key={itemId} projectId={projectId} chatId={itemId} />
    </Suspense>
  );
}

function OpenChat({ projectId, chatId }: { projectId: string; chatId: string }) {
  const chat = useChatThread(chatId);
  const { panel, show, close } = usePanel();
  const { thread } = chat;
  if (thread.isError && !thread.data) {
    const missing = thread.error instanceof ApiError && thread.error.status === 404;
    return (
      <ErrorState
        title={missing ? "There is no such chat" : "The chat could not be loaded"}
        detail={missing ? "It was deleted, or it belongs to another account." : sentenceOf(thread.error)}
        actions={
          <>
            {missing ? null : <Button onClick={() => void thread.refetch()}>Try again</Button>}
            <Button asChild variant={missing ? "primary" : "secondary"}>
              <Link href={routes.chats(projectId)}>New chat</Link>
            </Button>
          </>
        }
      />
    );
  }
  return (
    <div className="flex min-h-0 flex-1">
      <div className="flex min-w-0 flex-1 flex-col">
        <ChatBar chat={thread.data} />
        {thread.data ? (
          <ChatView projectId={projectId} chatId={chatId} chat={chat} panel={panel} onShow={show} />
        ) : (
          <ChatSkeleton />
        )}
      </div>
      {panel && thread.data ? (
        <ChatPanel
          projectId={projectId}
          chatId={chatId}
          chat={chat}
          panel={panel}
          onShow={show}
          onClose={close}
        />
      ) : null}
    </div>
  );
}

function ChatSkeleton() {
  return (
    <div
      aria-busy
      aria-label="The chat is being loaded"
      className="mx-auto grid w-full max-w-3xl flex-1 content-start gap-6 p-6"
    >
      <Skeleton className="h-12 w-3/5 justify-self-end rounded-xl" />
      <div className="grid gap-3">
        <Skeleton className="h-4 w-full" />
        <Skeleton className="h-4 w-11/12" />
        <Skeleton className="h-4 w-4/5" />
        <Skeleton className="h-4 w-2/3" />
      </div>
    </div>
  );
}
