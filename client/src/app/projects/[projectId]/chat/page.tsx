import type { Metadata } from "next";

import { ChatsPage } from "@/features/chat/chats-page";

export const metadata: Metadata = { title: "Chat" };

export default function Page() {
  return <ChatsPage />;
}
