"use client";

export function ChatsPage() {
  return null;
}
