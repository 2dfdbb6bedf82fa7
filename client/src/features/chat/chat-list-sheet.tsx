"use client";

import { PanelLeft } from "lucide-react";
import { useState } from "react";

import { Button } from "@/components/ui/button";
import { Sheet, SheetContent, SheetTrigger } from "@/components/ui/sheet";

import { ChatSidebar } from "./chat-sidebar";

/** On a small screen, the list of chats lies over the page. */
export function ChatListSheet() {
  const [open, setOpen] = useState(false);
  return (
    <Sheet open={open} onOpenChange={setOpen}>
      <SheetTrigger asChild>
        <Button
          variant="quiet"
          size="icon"
          className="lg:hidden lg:max-2xl:group-has-data-panel/layout:inline-flex"
          aria-label="All chats"
        >
          <PanelLeft aria-hidden />
        </Button>
      </SheetTrigger>
      <SheetContent title="Chats" side="left">
        <ChatSidebar onNavigate={() => setOpen(false)} />
      </SheetContent>
    </Sheet>
  );
}
