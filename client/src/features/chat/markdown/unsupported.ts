import type { Nodes, Text } from "mdast";

import type { RootContent, Unsupported } from "./nodes";

const CLOSING = /^[^\s\p{L}\p{N}([{]+/u;

interface Place {
  text: Text;
  start: number;
  end: number;
}

/** Letters and digits alone: what a sentence and its Markdown have in common. */
function essence(sentence: string): string {
  return sentence
    .replace(/\[\d{1,4}\]/g, "")
    .replace(/[^\p{L}\p{N}]/gu, "")
    .toLowerCase();
}

function collect(node: Nodes, letters: string[], places: Place[]) {
  if (node.type === "text") {
    let offset = 0;
    for (const character of node.value) {
      // A letter may be several in lower case; each needs its place.
      for (const unit of essence(character).split("")) {
        letters.push(unit);
        places.push({ text: node, start: offset, end: offset + character.length });
      }
      offset += character.length;
    }
  } else if ("children" in node) {
    for (const child of node.children) collect(child, letters, places);
  }
}

type Range = readonly [start: number, end: number];
type Ranges = Map<Text, Range>;

/** What a sentence takes of each text, with the spaces and signs between its letters. */
function rangesOf(places: Place[]): Ranges {
  const ranges: Ranges = new Map();
  const last = places.at(-1);
  for (const { text, start } of places) {
    if (ranges.has(text)) continue;
    const from = ranges.size === 0 ? start : 0;
    const to = text === last?.text ? last.end : text.value.length;
    ranges.set(text, [from, to]);
  }
  return ranges;
}

function split(text: Text, [start, lettersEnd]: Range): (Text | Unsupported)[] {
  const rest = text.value.slice(lettersEnd);
  const end = lettersEnd + (CLOSING.exec(rest)?.[0].length ?? 0);
  const parts: (Text | Unsupported)[] = [];
  if (start > 0) parts.push({ type: "text", value: text.value.slice(0, start) });
  parts.push({ type: "unsupported", value: text.value.slice(start, end) });
  if (end < text.value.length) parts.push({ type: "text", value: text.value.slice(end) });
  return parts;
}

function rebuilt<Node extends Nodes>(node: Node, ranges: Ranges): Node {
  if (!("children" in node)) return node;
  const children = node.children.flatMap((child): Nodes[] => {
    if (child.type !== "text") return [rebuilt(child, ranges)];
    const own = ranges.get(child);
    return own ? split(child, own) : [child];
  });
  return { ...node, children };
}

function markSentence(block: RootContent, sentence: string): RootContent {
  const wanted = essence(sentence);
  if (wanted === "") return block;
  const letters: string[] = [];
  const places: Place[] = [];
  collect(block, letters, places);
  const at = letters.join("").indexOf(wanted);
  return at < 0 ? block : rebuilt(block, rangesOf(places.slice(at, at + wanted.length)));
}

/** The block with the sentences marked that are among its words; the same block where none is. */
export function markUnsupported(block: RootContent, sentences: readonly string[]): RootContent {
  return sentences.reduce(markSentence, block);
}
