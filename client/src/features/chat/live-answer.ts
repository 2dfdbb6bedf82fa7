"use client";

import { Chat } from "@ai-sdk/react";

import { sentenceOf } from "@/lib/api/errors";

import { answerTransport, type AnswerMessage, type Stage } from "./chat-stream";
import { holdDraft, releaseDraft, restoreDraft } from "./drafts";

export interface Progress {
  stage: Stage | "sending";
  query: string | null;
}

interface Ask {
  question: string;
  /** The question of the chat that this one takes the place of, with all that follows it. */
  replaces: string | null;
  /** The draft that the question was written in, which is kept until the server has the question. */
  draftKey: string | null;
}

export interface Failure {
  detail: string;
  /** What can be sent again, where the server does not have it. */
  unsent: Ask | null;
}

export interface LiveState {
  question: string;
  replaces: string | null;
  progress: Progress | null;
  failure: Failure | null;
  /** Ended or stopped; what is stored is about to take its place. */
  over: boolean;
}

const IDLE: LiveState = { question: "", replaces: null, progress: null, failure: null, over: true };

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
  readonly chat: Chat<AnswerMessage>;
  private state: LiveState = IDLE;
  private listeners = new Set<() => void>();
  private asked: Ask = { question: "", replaces: null, draftKey: null };
  private stored = false;

  constructor(
    readonly chatId: string,
    private readonly hooks: Hooks,
    transport = answerTransport(chatId),
  ) {
    this.chat = new Chat<AnswerMessage>({
      id: chatId,
      transport,
      onData: (part) => {
        if (part.type === "data-status") {
          this.noteStored();
          this.set({ progress: part.data });
        } else if (part.type === "data-error") {
          this.set({ failure: { detail: part.data.detail, unsent: null } });
        }
      },
      onError: (error) => this.fail(error),
    });
  }

  get = () => this.state;

  subscribe = (listener: () => void) => {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  };

  get busy(): boolean {
    return this.chat.status === "submitted" || this.chat.status === "streaming";
  }

  async ask(asked: Ask) {
    if (this.busy) return;
    const { question, replaces, draftKey } = asked;
    this.asked = asked;
    this.stored = false;
    this.chat.messages = [];
    this.chat.clearError();
    if (draftKey) holdDraft(draftKey);
    this.set({ question, replaces, progress: { stage: "sending", query: null }, failure: null, over: false });
    await this.chat.sendMessage(
      { text: question },
      replaces ? { body: { replaces_message_id: replaces } } : {},
    );
    if (this.begun) this.noteStored();
    this.set({ progress: null, over: true });
    await this.end();
  }

  /** Send again what did not reach the server. */
  async retry() {
    const unsent = this.state.failure?.unsent;
    if (unsent) await this.ask(unsent);
  }

  async stop() {
    await this.chat.stop();
  }

  /** What is stored is shown from now on. Why there is no whole answer stays to be read. */
  settle = () => {
    if (this.busy) return;
    this.chat.messages = [];
    this.set({ ...IDLE, failure: this.state.failure });
  };

  dismissFailure = () => this.set({ failure: null });

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
    this.hooks.onStored(this.chat.lastMessage?.metadata?.chat_title);
  }

  private get begun(): boolean {
    return this.chat.lastMessage?.role === "assistant";
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
