import { mendMarkdown } from "./mend";
import type { RootContent } from "./nodes";
import { parseMarkdown } from "./parse";

/** A top-level block of an answer. The same text gives the same object, so that React can skip it. */
export interface Block {
  key: number;
  node: RootContent;
}

/**
 * Reads an answer that grows at its end: only the last block is parsed again, as later text can change no other. Give it
 * the whole text so far; a text that is no continuation is read from its beginning.
 */
export class BlockReader {
  private settled: Block[] = [];
  private settledSource = "";
  private source: string | null = null;
  private streaming = false;
  private blocks: Block[] = [];

  read(source: string, streaming: boolean): readonly Block[] {
    if (source === this.source && streaming === this.streaming) return this.blocks;
    if (!source.startsWith(this.settledSource)) {
      this.settled = [];
      this.settledSource = "";
    }
    this.source = source;
    this.streaming = streaming;
    this.settle(source);
    const tail = source.slice(this.settledSource.length);
    const nodes = parseMarkdown(streaming ? mendMarkdown(tail) : tail).children;
    const last = nodes.map((node, index) => ({ key: this.settled.length + index, node }));
    this.blocks = [...this.settled, ...last];
    return this.blocks;
  }

  private settle(source: string) {
    const tail = source.slice(this.settledSource.length);
    const nodes = parseMarkdown(tail).children;
    const start = nodes.at(-1)?.position?.start.offset;
    if (nodes.length < 2 || start === undefined) return;
    for (const node of nodes.slice(0, -1)) this.settled.push({ key: this.settled.length, node });
    const lineStart = tail.lastIndexOf("\n", start - 1) + 1;
    this.settledSource += tail.slice(0, lineStart);
  }
}
