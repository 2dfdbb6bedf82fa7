/** How the server's stream of an answer is asked for and read, by the `ai` package. */
import { DefaultChatTransport } from "ai";

import { apiFetch, reportSignedOut } from "@/lib/api/client";
import { errorOfResponse } from "@/lib/api/errors";

import { questionOf, type AnswerMessage } from "./answer-message";

async function streamFetch(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
  const response = await apiFetch(new Request(input, init));
  if (response.ok) return response;
  if (response.status === 401) reportSignedOut();
  throw await errorOfResponse(response);
}

export function answerTransport(chatId: string, fetchStream: typeof fetch = streamFetch) {
  return new DefaultChatTransport<AnswerMessage>({
    fetch: fetchStream,
    prepareSendMessagesRequest: ({ messages, body }) => {
      return {
        api: new URL(`/api/chats/${encodeURIComponent(chatId)}/messages`, window.location.origin).href,
        headers: { accept: "text/event-stream" },
        credentials: "same-origin",
        body: {
          ...body,
          content: questionOf(messages),
        },
      };
    },
  });
}
