import type { Chat } from "@/lib/api/types";

export type ChatListEntry = { kind: "heading"; title: string } | { kind: "chat"; chat: Chat };

const DAY_MS = 86_400_000;

function groupOf(iso: string, now: Date): string {
  const midnight = new Date(now).setHours(0, 0, 0, 0);
  const time = new Date(iso).getTime();
  if (time >= midnight) return "Today";
  if (time >= midnight - DAY_MS) return "Yesterday";
  if (time >= midnight - 7 * DAY_MS) return "Last 7 days";
  if (time >= midnight - 30 * DAY_MS) return "Last 30 days";
  return "Earlier";
}

/** The chats whose title has all the words of a search, under the time they were used last. */
export function chatEntries(chats: readonly Chat[], search: string, now: Date): ChatListEntry[] {
  const words = search.toLocaleLowerCase().split(/\s+/).filter(Boolean);
  const entries: ChatListEntry[] = [];
  let group = "";
  for (const chat of chats) {
    const title = chat.title.toLocaleLowerCase();
    if (!words.every((word) => title.includes(word))) continue;
    const next = groupOf(chat.updated_at, now);
    if (next !== group) entries.push({ kind: "heading", title: next });
    group = next;
    entries.push({ kind: "chat", chat });
  }
  return entries;
}
