"use client";

import type { ReactNode } from "react";

import { ChatSidebar } from "./chat-sidebar";

/** The list of chats stays while one goes from chat to chat. Only the parts of it scroll, never the page. */
export function ChatLayout({ children }: { children: ReactNode }) {
  return (
    <div className="relative flex-1">
      <div className="group/layout absolute inset-0 flex" data-fixed-page>
        <div className="hidden w-68 shrink-0 flex-col border-r lg:flex lg:max-2xl:group-has-data-panel/layout:hidden">
          <ChatSidebar />
        </div>
        <div className="flex min-w-0 flex-1 flex-col">{children}</div>
      </div>
    </div>
  );
}
