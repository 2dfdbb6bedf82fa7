import type { Nodes, Parents, PhrasingContent, Text } from "mdast";

import type { CitationMarker } from "./nodes";

const MARKER = /\[(\d{1,4})\]/g;
const SENTENCE_END = /[.!?。！？]["'”’)]*\s+/g;

/** Nodes whose text is shown as it is. */
const LITERAL = new Set<Nodes["type"]>(["link", "linkReference", "code", "inlineCode", "inlineMath", "math"]);
/** Nodes that stand within a sentence. */
const WITHIN = new Set<Nodes["type"]>(["emphasis", "strong", "delete", "link"]);

function isParent(node: Nodes): node is Parents {
  return "children" in node;
}

/** Turn every `[n]` of the texts in a tree into a node of its own, but for those in links and code. */
export function markCitations(tree: Nodes): void {
  mark(tree, { text: "" });
}

/** `said` is what stands before, in the same paragraph. */
function mark(node: Nodes, said: { text: string }): void {
  if ("value" in node && node.type !== "text") said.text += node.value;
  if (!isParent(node) || LITERAL.has(node.type)) return;
  const children: Nodes[] = [];
  for (const child of node.children) {
    if (child.type === "text") children.push(...splitText(child, said));
    else {
      mark(child, WITHIN.has(child.type) || "value" in child ? said : { text: "" });
      children.push(child);
    }
  }
  // A text is replaced by phrasing content only, which stands wherever the text stood.
  (node as { children: Nodes[] }).children = children;
}

function splitText(text: Text, said: { text: string }): PhrasingContent[] {
  const parts: PhrasingContent[] = [];
  let end = 0;
  for (const match of text.value.matchAll(MARKER)) {
    const before = text.value.slice(end, match.index);
    said.text += before;
    if (before !== "") parts.push({ type: "text", value: before });
    const claim = lastSentence(said.text);
    parts.push({ type: "citationMarker", number: Number(match[1]), claim } satisfies CitationMarker);
    end = match.index + match[0].length;
  }
  const rest = text.value.slice(end);
  said.text += rest;
  if (end === 0) return [text];
  return rest === "" ? parts : [...parts, { type: "text", value: rest }];
}

/** The sentence that a marker belongs to: the one it stands in, or the one that has just ended. */
export function lastSentence(text: string): string {
  const whole = text.trimEnd();
  let start = 0;
  for (const match of whole.matchAll(SENTENCE_END)) start = match.index + match[0].length;
  return whole.slice(start);
}
