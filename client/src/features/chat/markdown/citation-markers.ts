import type { Nodes, Parents, PhrasingContent, Text } from "mdast";

import type { CitationMarker } from "./nodes";

const MARKER = /\[(\d{1,4})\]/g;

/** Nodes whose text is shown as it is. */
const LITERAL = new Set<Nodes["type"]>(["link", "linkReference", "code", "inlineCode", "inlineMath", "math"]);

function isParent(node: Nodes): node is Parents {
  return "children" in node;
}

/** Turn every `[n]` of the texts in a tree into a node of its own, but for those in links and code. */
export function markCitations(tree: Nodes): void {
  if (!isParent(tree) || LITERAL.has(tree.type)) return;
  const children: Nodes[] = [];
  for (const child of tree.children) {
    if (child.type === "text") children.push(...splitText(child));
    else {
      markCitations(child);
      children.push(child);
    }
  }
  // A text is replaced by phrasing content only, which stands wherever the text stood.
  (tree as { children: Nodes[] }).children = children;
}

function splitText(text: Text): PhrasingContent[] {
  const parts: PhrasingContent[] = [];
  let end = 0;
  for (const match of text.value.matchAll(MARKER)) {
    if (match.index > end) parts.push({ type: "text", value: text.value.slice(end, match.index) });
    parts.push({ type: "citationMarker", number: Number(match[1]) } satisfies CitationMarker);
    end = match.index + match[0].length;
  }
  if (end === 0) return [text];
  if (end < text.value.length) parts.push({ type: "text", value: text.value.slice(end) });
  return parts;
}
