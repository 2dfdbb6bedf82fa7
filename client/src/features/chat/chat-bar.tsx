"use client";

import { Ellipsis, PanelLeft } from "lucide-react";
import { useState } from "react";

import { Button } from "@/components/ui/button";
import { Sheet, SheetContent, SheetTrigger } from "@/components/ui/sheet";
import type { Chat } from "@/lib/api/types";

import { ChatMenu } from "./chat-menu";
import { ChatSidebar } from "./chat-sidebar";

/** Above the messages: the chat's title, what can be done with it, and on small screens the way to the other chats. */
export function ChatBar({ chat }: { chat: Chat | undefined }) {
  const [open, setOpen] = useState(false);
  return (
    <div className="flex h-12 shrink-0 items-center gap-1 border-b px-2 sm:px-4">
      <Sheet open={open} onOpenChange={setOpen}>
        <SheetTrigger asChild>
          <Button variant="quiet" size="icon" className="lg:hidden" aria-label="All chats">
            <PanelLeft aria-hidden />
          </Button>
        </SheetTrigger>
        <SheetContent title="Chats" side="left">
          <ChatSidebar onNavigate={() => setOpen(false)} />
        </SheetContent>
      </Sheet>
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
