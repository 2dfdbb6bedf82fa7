import { fromMarkdown } from "mdast-util-from-markdown";
import { gfmAutolinkLiteralFromMarkdown } from "mdast-util-gfm-autolink-literal";
import { gfmStrikethroughFromMarkdown } from "mdast-util-gfm-strikethrough";
import { gfmTableFromMarkdown } from "mdast-util-gfm-table";
import { gfmTaskListItemFromMarkdown } from "mdast-util-gfm-task-list-item";
import { mathFromMarkdown } from "mdast-util-math";
import { gfmAutolinkLiteral } from "micromark-extension-gfm-autolink-literal";
import { gfmStrikethrough } from "micromark-extension-gfm-strikethrough";
import { gfmTable } from "micromark-extension-gfm-table";
import { gfmTaskListItem } from "micromark-extension-gfm-task-list-item";
import { math } from "micromark-extension-math";
import type { Extension } from "micromark-util-types";

import { markCitations } from "./citation-markers";
import { inlineMath } from "./math-syntax";
import type { Root } from "./nodes";

/**
 * HTML stays the text that it is. A definition (`[1]: …`) would swallow a line and give `[1]` another meaning; a line of
 * dashes would turn the paragraph before it into a heading while it streams; text of documents is often indented.
 */
const switchedOff: Extension = {
  disable: { null: ["htmlFlow", "htmlText", "definition", "setextUnderline", "codeIndented"] },
};

const syntax: Extension[] = [
  gfmAutolinkLiteral(),
  gfmStrikethrough({ singleTilde: false }),
  gfmTable(),
  gfmTaskListItem(),
  math({ singleDollarTextMath: false }),
  inlineMath,
  switchedOff,
];

/** Markdown as a tree without any HTML in it. Citation markers are nodes of their own. */
export function parseMarkdown(source: string): Root {
  const tree = fromMarkdown(source, {
    extensions: syntax,
    mdastExtensions: [
      gfmAutolinkLiteralFromMarkdown(),
      gfmStrikethroughFromMarkdown(),
      gfmTableFromMarkdown(),
      gfmTaskListItemFromMarkdown(),
      mathFromMarkdown(),
    ],
  });
  markCitations(tree);
  return tree;
}
