import type { ChatWithMessages, Feedback, Message } from "@/lib/api/types";

/**
 * The newest page of a chat put to what is known of it: messages before the page stay, those after its beginning are
 * the page's. Where the two do not touch, the page alone counts.
 */
export function withNewest(known: ChatWithMessages | undefined, page: ChatWithMessages): ChatWithMessages {
  const first = page.messages[0];
  const overlap = first && known ? known.messages.findIndex(({ id }) => id === first.id) : -1;
  if (!known || overlap <= 0) return page;
  return {
    ...page,
    messages: [...known.messages.slice(0, overlap), ...page.messages],
    next_cursor: known.next_cursor,
  };
}

/** A page of older messages put before those that are known. */
export function withEarlier(known: ChatWithMessages, page: ChatWithMessages): ChatWithMessages {
  const ids = new Set(known.messages.map(({ id }) => id));
  return {
    ...known,
    messages: [...page.messages.filter(({ id }) => !ids.has(id)), ...known.messages],
    next_cursor: page.next_cursor,
  };
}

export function withFeedback(
  known: ChatWithMessages,
  messageId: string,
  feedback: Feedback | null,
): ChatWithMessages {
  const changed = (message: Message) => (message.id === messageId ? { ...message, feedback } : message);
  return { ...known, messages: known.messages.map(changed) };
}
