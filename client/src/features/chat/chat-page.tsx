"use client";

export function ChatPage() {
  return null;
}
