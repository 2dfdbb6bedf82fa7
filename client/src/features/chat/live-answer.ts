"use client";

import type { Chat } from "@ai-sdk/react";

import { ConnectionLost, sentenceOf } from "@/lib/api/errors";
import { missingParts } from "@/lib/lazy-part";

import type { AnswerMessage, Stage } from "./answer-message";
import { holdDraft, releaseDraft, restoreDraft } from "./drafts";

export interface Progress {
  stage: Stage | "sending";
  query: string | null;
}

export interface Ask {
  question: string;
  /** The question of the chat that this one takes the place of, with all that follows it. */
  replaces: string | null;
  /** The draft that the question was written in, which is kept until the server has the question. */
  draftKey: string | null;
  /** Of the documents to search; none: all of the project. */
  documentIds: readonly string[];
}

export interface Failure {
  detail: string;
  /** What can be sent again, where the server does not have it. */
  unsent: Ask | null;
}

export interface LiveState {
  /** Null when nothing is on its way. */
  question: string | null;
  replaces: string | null;
  /** The question and the answer as far as it is written. */
  messages: readonly AnswerMessage[];
  progress: Progress | null;
  failure: Failure | null;
  /** Ended or stopped; what is stored is about to take its place. */
  over: boolean;
  chat: Chat<AnswerMessage> | null;
}

const NONE: readonly AnswerMessage[] = [];
const IDLE = { question: null, replaces: null, messages: NONE, progress: null, over: true };

export interface AnswerEvents {
  onStatus: (progress: Progress) => void;
  onFailure: (detail: string) => void;
  onError: (error: Error) => void;
}

type CreateChat = (chatId: string, events: AnswerEvents) => Chat<AnswerMessage>;

type LoadChat = (signal: AbortSignal) => Promise<CreateChat>;

export const loadChat = async (): Promise<CreateChat> => (await import("./answer-chat")).createAnswerChat;

/** A part of the page like any other: where it does not come it is asked for again, and the question waits for it. */
const chatPart: LoadChat = (signal) => missingParts.arrival(loadChat, signal);

interface Hooks {
  /** The server has the question. */
  onStored: (title: string | undefined) => void;
  /** The answer has ended, one way or another: read what is stored. */
  onOver: () => Promise<void>;
}

/**
 * The question that is being answered in one chat. It outlives the page that shows it, so an answer goes on being written
 * while the reader looks at something else.
 */
export class LiveAnswer {
  private state: LiveState = { ...IDLE, failure: null, chat: null };
  private listeners = new Set<() => void>();
  private asked: Ask = { question: "", replaces: null, draftKey: null, documentIds: [] };
  private stored = false;
  /** While the chat's code is awaited. */
  private opening: AbortController | null = null;

  constructor(
    readonly chatId: string,
    private readonly hooks: Hooks,
    private readonly load: LoadChat = chatPart,
  ) {}

  get = () => this.state;

  subscribe = (listener: () => void) => {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  };

  get busy(): boolean {
    return !this.state.over;
  }

  async ask(asked: Ask) {
    if (this.busy) return;
    const { question, replaces, draftKey } = asked;
    this.asked = asked;
    this.stored = false;
    if (draftKey) holdDraft(draftKey);
    const progress: Progress = { stage: "sending", query: null };
    this.set({ question, replaces, messages: NONE, progress, failure: null, over: false });
    const chat = await this.openChat();
    if (chat) await this.send(chat, asked);
    this.set({ progress: null, over: true });
    await this.end();
  }

  private async send(chat: Chat<AnswerMessage>, { question, replaces, documentIds }: Ask) {
    chat.messages = [];
    chat.clearError();
    const body = {
      ...(replaces ? { replaces_message_id: replaces } : {}),
      ...(documentIds.length > 0 ? { document_ids: documentIds } : {}),
    };
    await chat.sendMessage({ text: question }, { body });
    if (this.begun) this.noteStored();
    this.set({ messages: chat.messages });
  }

  /** Send again what did not reach the server. */
  async retry() {
    const unsent = this.state.failure?.unsent;
    if (unsent) await this.ask(unsent);
  }

  async stop() {
    if (this.opening) this.opening.abort();
    else await this.state.chat?.stop();
  }

  /** What has come in, as far as it is to be drawn. */
  publish = (messages: readonly AnswerMessage[]) => {
    if (this.busy) this.set({ messages });
  };

  /** What is stored is shown from now on. Why there is no whole answer stays to be read. */
  settle = () => {
    if (!this.busy) this.set(IDLE);
  };

  dismissFailure = () => this.set({ failure: null });

  private async openChat(): Promise<Chat<AnswerMessage> | null> {
    if (this.state.chat) return this.state.chat;
    const opening = new AbortController();
    this.opening = opening;
    try {
      const create = await this.load(opening.signal);
      const chat = create(this.chatId, {
        onStatus: (progress) => {
          this.noteStored();
          this.set({ progress });
        },
        onFailure: (detail) => this.set({ failure: { detail, unsent: null } }),
        onError: (error) => this.fail(error),
      });
      this.set({ chat });
      return chat;
    } catch (error) {
      if (!opening.signal.aborted) this.fail(new ConnectionLost(error));
      return null;
    } finally {
      this.opening = null;
    }
  }

  private async end() {
    if (this.stored) {
      await this.hooks.onOver();
      return;
    }
    // The question did not reach the server: its text goes back to where it was written.
    if (this.asked.draftKey) restoreDraft(this.asked.draftKey);
    this.settle();
  }

  private noteStored() {
    if (this.stored) return;
    this.stored = true;
    if (this.asked.draftKey) releaseDraft(this.asked.draftKey);
    this.hooks.onStored(this.state.chat?.lastMessage?.metadata?.chat_title);
  }

  private get begun(): boolean {
    return this.state.chat?.lastMessage?.role === "assistant";
  }

  private fail(error: Error) {
    if (this.begun) this.noteStored();
    if (this.state.failure) return;
    const unsent = this.stored ? null : this.asked;
    this.set({ failure: { detail: failureSentence(error, this.stored), unsent } });
  }

  private set(changes: Partial<LiveState>) {
    this.state = { ...this.state, ...changes };
    this.listeners.forEach((listener) => listener());
  }
}

function failureSentence(error: Error, begun: boolean): string {
  if (begun && error instanceof TypeError) {
    return "The connection was lost while the answer was being written. What was written until then is kept.";
  }
  // Other than by its class, an error of the stream itself is not known; its words are the server's.
  return begun && error.name === "Error" ? error.message : sentenceOf(error);
}
