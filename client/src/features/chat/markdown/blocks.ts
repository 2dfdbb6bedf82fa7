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
    let nodes = this.parseTail(source, streaming);
    if (this.settle(source, nodes)) nodes = this.parseTail(source, streaming);
    const last = nodes.map((node, index) => ({ key: this.settled.length + index, node }));
    this.blocks = [...this.settled, ...last];
    return this.blocks;
  }

  private parseTail(source: string, streaming: boolean): RootContent[] {
    const tail = source.slice(this.settledSource.length);
    return parseMarkdown(streaming ? mendMarkdown(tail) : tail).children;
  }

  /** Put away all blocks but the last. Mending changes only what comes after them. */
  private settle(source: string, nodes: RootContent[]): boolean {
    const start = nodes.at(-1)?.position?.start.offset;
    if (nodes.length < 2 || start === undefined) return false;
    const from = this.settledSource.length;
    const lineStart = source.lastIndexOf("\n", from + start - 1) + 1;
    this.settledSource = source.slice(0, lineStart);
    // What stood there was mended together with what follows; alone it may be whole.
    const done = parseMarkdown(source.slice(from, lineStart)).children;
    for (const node of done) this.settled.push({ key: this.settled.length, node });
    return true;
  }
}
