"use client";

import { Ellipsis } from "lucide-react";
import Link from "next/link";

import { Button } from "@/components/ui/button";
import type { Chat } from "@/lib/api/types";
import { cn } from "@/lib/cn";
import { lazyPart } from "@/lib/lazy-part";
import { routes } from "@/lib/routes";

const ChatMenu = lazyPart(
  () => import("./chat-menu").then((module) => module.ChatMenu),
  <span className="size-8 shrink-0" />,
);

interface ChatLinkProps {
  chat: Chat;
  current: boolean;
  onNavigate: (() => void) | undefined;
}

export function ChatLink({ chat, current, onNavigate }: ChatLinkProps) {
  return (
    <div
      className={cn(
        "group/chat relative flex h-9 items-center rounded-md text-sm transition-colors hover:bg-accent",
        current && "bg-accent",
      )}
    >
      <Link
        href={routes.chat(chat.project_id, chat.id)}
        prefetch={false}
        aria-current={current ? "page" : undefined}
        title={chat.title}
        onClick={onNavigate}
        className={cn(
          "flex h-full min-w-0 flex-1 items-center rounded-md px-2 focus-visible:-outline-offset-2",
          current ? "font-medium" : "text-muted-foreground group-hover/chat:text-foreground",
        )}
      >
        <bdi className="truncate">{chat.title}</bdi>
      </Link>
      <ChatMenu chat={chat}>
        <Button
          variant="quiet"
          size="icon-sm"
          className="shrink-0 opacity-0 group-focus-within/chat:opacity-100 group-hover/chat:opacity-100 data-[state=open]:opacity-100 pointer-coarse:opacity-100"
          aria-label={`What to do with the chat “${chat.title}”`}
        >
          <Ellipsis aria-hidden />
        </Button>
      </ChatMenu>
    </div>
  );
}
