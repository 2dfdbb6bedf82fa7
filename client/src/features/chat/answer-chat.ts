/** What speaks the stream's protocol. It is large, and comes when somebody is about to ask. */
import { Chat } from "@ai-sdk/react";
import type { ChatTransport } from "ai";

import type { AnswerMessage } from "./answer-message";
import { answerTransport } from "./chat-stream";
import type { AnswerEvents } from "./live-answer";

export function createAnswerChat(
  chatId: string,
  { onStatus, onFailure, onError }: AnswerEvents,
  transport: ChatTransport<AnswerMessage> = answerTransport(chatId),
): Chat<AnswerMessage> {
  return new Chat<AnswerMessage>({
    id: chatId,
    transport,
    onError,
    onData: (part) => {
      if (part.type === "data-status") onStatus(part.data);
      else if (part.type === "data-error") onFailure(part.data.detail);
    },
  });
}
