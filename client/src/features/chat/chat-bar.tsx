"use client";

import { Ellipsis } from "lucide-react";

import { Button } from "@/components/ui/button";
import type { Chat } from "@/lib/api/types";
import { lazyPart } from "@/lib/lazy-part";

const ChatMenu = lazyPart(
  () => import("./chat-menu").then((module) => module.ChatMenu),
  <span className="size-8" />,
);
const ChatListSheet = lazyPart(
  () => import("./chat-list-sheet").then((module) => module.ChatListSheet),
  <span className="size-9 lg:hidden lg:max-2xl:group-has-data-panel/layout:inline-flex" />,
);

/** Above the messages: the chat's title, what can be done with it, and on small screens the way to the other chats. */
export function ChatBar({ chat }: { chat: Chat | undefined }) {
  return (
    <div className="flex h-12 shrink-0 items-center gap-1 border-b px-2 sm:px-4">
      <ChatListSheet />
      <h1 className="min-w-0 flex-1 truncate px-1 text-sm font-semibold" title={chat?.title}>
        <bdi>{chat?.title ?? "Chat"}</bdi>
      </h1>
      {chat ? (
        <ChatMenu chat={chat}>
          <Button variant="quiet" size="icon-sm" aria-label="Rename or delete this chat">
            <Ellipsis aria-hidden />
          </Button>
        </ChatMenu>
      ) : null}
    </div>
  );
}
