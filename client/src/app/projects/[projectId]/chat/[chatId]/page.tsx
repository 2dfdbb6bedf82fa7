import type { Metadata } from "next";

import { ChatPage } from "@/features/chat/chat-page";

export const metadata: Metadata = { title: "Chat" };

export function generateStaticParams() {
  return [{ chatId: "_" }];
}

export default function Page() {
  return <ChatPage />;
}
