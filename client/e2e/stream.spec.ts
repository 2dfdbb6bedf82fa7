import { readUIMessageStream, DefaultChatTransport, type UIMessage } from "ai";

import { expect, memberTest, newChat, newProject, SAME_SITE, upload } from "./fixtures";
import { serverWithModel } from "./scripted-model";

interface Stored {
  id: string;
  role: string;
  content: string;
  status: string;
  citations: { number: number }[];
}

memberTest("the `ai` package reads the stream of an answer by itself", async ({ page }) => {
  const projectId = await newProject(page, "Stream");
  await upload(page, projectId, "ferry notes.md");
  const chatId = await newChat(page, projectId);

  // The second piece is written once the first has been read.
  let firstWasRead = () => {};
  const read = new Promise<void>((resolve) => (firstWasRead = resolve));
  const server = await serverWithModel({
    answer: async (write) => {
      write("The first ferry leaves ");
      await read;
      write("at 05:40 [1].");
    },
  });
  const cookie = (await page.context().cookies()).map(({ name, value }) => `${name}=${value}`).join("; ");
  const transport = new DefaultChatTransport<UIMessage>({
    api: `${server.url}/api/chats/${chatId}/messages`,
    headers: { accept: "text/event-stream", cookie, ...SAME_SITE },
    prepareSendMessagesRequest: ({ messages }) => ({
      body: {
        content: messages.flatMap(({ parts }) => parts).find((part) => part.type === "text")?.text ?? "",
      },
    }),
  });
  const question: UIMessage = {
    id: "question",
    role: "user",
    parts: [{ type: "text", text: "When does the ferry to Sandholm leave?" }],
  };
  const stream = await transport.sendMessages({
    trigger: "submit-message",
    chatId,
    messageId: undefined,
    messages: [question],
    abortSignal: undefined,
  });

  const texts: string[] = [];
  let answer: UIMessage | undefined;
  for await (const message of readUIMessageStream({ stream, terminateOnError: true })) {
    answer = message;
    texts.push(textOf(message));
    if (textOf(message) !== "") firstWasRead();
  }

  expect(new Set(texts).size, "the answer grew while it was read").toBeGreaterThan(2);
  expect(texts.every((text, index) => text.startsWith(texts[index - 1] ?? ""))).toBe(true);
  expect(answer?.parts.map(({ type }) => type)).toEqual(expect.arrayContaining(["data-citations", "text"]));
  await server.close();
  const response = await page.request.get(`/api/chats/${chatId}`);
  const { messages } = (await response.json()) as { messages: Stored[] };
  const stored = messages.find(({ role }) => role === "assistant");
  expect(stored).toMatchObject({ id: answer?.id, status: "completed", content: texts.at(-1) });
  expect(stored?.content).toContain("05:40");
  expect(stored?.citations.map(({ number }) => number)).toContain(1);
});

function textOf(message: UIMessage): string {
  return message.parts.map((part) => (part.type === "text" ? part.text : "")).join("");
}
