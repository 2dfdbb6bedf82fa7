"use client";

import { useVirtualizer } from "@tanstack/react-virtual";
import { MessageSquarePlus, Search } from "lucide-react";
import Link from "next/link";
import { useMemo, useRef, useState } from "react";

import { Button } from "@/components/ui/button";
import { Input } from "@/components/ui/input";
import { Skeleton } from "@/components/ui/skeleton";
import { sentenceOf } from "@/lib/api/errors";
import type { Chat } from "@/lib/api/types";
import { routes } from "@/lib/routes";
import { usePathIds } from "@/lib/use-path-ids";

import { chatEntries } from "./chat-groups";
import { ChatLink } from "./chat-link";
import { useChats } from "./queries";

interface ChatSidebarProps {
  /** Called when the reader goes somewhere, for a list that lies over the page. */
  onNavigate?: () => void;
}

/** The chats of a project: search them, open one, begin a new one. */
export function ChatSidebar({ onNavigate }: ChatSidebarProps) {
  const { projectId } = usePathIds();
  const chats = useChats(projectId);
  const [search, setSearch] = useState("");
  return (
    <div className="flex min-h-0 flex-1 flex-col">
      <div className="grid gap-2 p-3">
        <Button asChild>
          <Link href={routes.chats(projectId)} onClick={onNavigate}>
            <MessageSquarePlus aria-hidden />
            New chat
          </Link>
        </Button>
        {chats.data && chats.data.length > 0 ? (
          <div className="relative">
            <Search
              aria-hidden
              className="pointer-events-none absolute top-1/2 left-2.5 size-4 -translate-y-1/2 text-muted-foreground"
            />
            <Input
              type="search"
              value={search}
              aria-label="Search chats"
              placeholder="Search chats"
              className="pl-8"
              onChange={(event) => setSearch(event.target.value)}
            />
          </div>
        ) : null}
      </div>
      {chats.isPending ? <ChatListSkeleton /> : null}
      {chats.isError && !chats.data ? (
        <div role="alert" className="grid gap-3 px-4 py-6 text-sm text-muted-foreground">
          <p>{sentenceOf(chats.error)}</p>
          <Button size="sm" className="justify-self-start" onClick={() => void chats.refetch()}>
            Try again
          </Button>
        </div>
      ) : null}
      {chats.data ? <ChatList chats={chats.data} search={search} onNavigate={onNavigate} /> : null}
    </div>
  );
}

function ChatListSkeleton() {
  return (
    <div aria-busy aria-label="Chats" className="grid gap-2 px-4 py-2">
      {[70, 85, 55, 78, 62].map((width) => (
        <Skeleton key={width} className="h-5" style={{ width: `${width}%` }} />
      ))}
    </div>
  );
}

const CHAT_PX = 36;
const HEADING_PX = 34;

interface ChatListProps {
  chats: readonly Chat[];
  search: string;
  onNavigate: (() => void) | undefined;
}

function ChatList({ chats, search, onNavigate }: ChatListProps) {
  const { itemId } = usePathIds();
  const scroller = useRef<HTMLDivElement>(null);
  const entries = useMemo(() => chatEntries(chats, search, new Date()), [chats, search]);
  const virtualizer = useVirtualizer({
    count: entries.length,
    getScrollElement: () => scroller.current,
    estimateSize: (index) => (entries[index]?.kind === "heading" ? HEADING_PX : CHAT_PX),
    getItemKey: (index) => {
      const entry = entries[index];
      return entry?.kind === "chat" ? entry.chat.id : (entry?.title ?? index);
    },
    overscan: 10,
  });
  if (entries.length === 0) {
    return (
      <p className="px-4 py-3 text-sm text-muted-foreground">
        {chats.length === 0
          ? "Chats are kept here. Ask the first question."
          : "No chat has these words in its title."}
      </p>
    );
  }
  return (
    <nav aria-label="Chats" ref={scroller} className="min-h-0 flex-1 overflow-y-auto px-2 pb-3">
      <div className="relative" style={{ height: virtualizer.getTotalSize() }}>
        {virtualizer.getVirtualItems().map(({ key, index, start, size }) => {
          const entry = entries[index];
          if (!entry) return null;
          return (
            <div
              key={key}
              className="absolute inset-x-0 top-0"
              style={{ transform: `translateY(${start}px)`, height: size }}
            >
              {entry.kind === "heading" ? (
                <p className="px-2 pt-3 text-xs font-medium text-muted-foreground">{entry.title}</p>
              ) : (
                <ChatLink chat={entry.chat} current={entry.chat.id === itemId} onNavigate={onNavigate} />
              )}
            </div>
          );
        })}
      </div>
    </nav>
  );
}
