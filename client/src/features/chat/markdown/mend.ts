/**
 * The end of an answer that is still being written, made whole: an emphasis that is not closed yet is closed, half a
 * link is its text, half a marker is held back, a table has its second row. So nothing on the page changes its kind when
 * the rest arrives.
 */
export function mendMarkdown(block: string): string {
  if (/^\s{0,3}(`{3,}|~{3,})/.test(block) || /^\s{0,3}\$\$/.test(block)) return block;
  const lines = block.replace(/\s+$/, "").split("\n");
  if (BARE_MARKER.test(lines.at(-1) ?? "")) lines.pop();
  const text = lines.join("\n");
  return mendTable(lines) ?? closeOpen(withoutHalfBrackets(text));
}

const BARE_MARKER = /^\s*(?:[-*+>|]|#{1,6}|\d{1,9}[.)]|`{1,2}|-{2,}|\*{2,})$/;
const HALF_MARKER = /\s*\[\d{0,4}$/;
const HALF_LINK = /!?\[([^[\]\n]*)\]\([^)\n]*$/;
const HALF_LABEL = /(^|[^\\])!?\[([^[\]\n]*)$/;

function withoutHalfBrackets(text: string): string {
  return text.replace(HALF_MARKER, "").replace(HALF_LINK, "$1").replace(HALF_LABEL, "$1$2");
}

const TABLE_LINE = /^\s*\|/;
const HALF_DELIMITERS = /^[\s|:-]*$/;

/** A table is one from its second row on; null where this is none, or one that is whole. */
function mendTable(lines: string[]): string | null {
  const [head, delimiters] = lines;
  if (head === undefined || lines.length > 2 || !TABLE_LINE.test(head)) return null;
  if (delimiters !== undefined && !HALF_DELIMITERS.test(delimiters)) return null;
  const cells = head
    .replaceAll("\\|", "")
    .replace(/^\s*\||\|\s*$/g, "")
    .split("|").length;
  const closed = head.trimEnd().endsWith("|") ? head : `${head} |`;
  return `${closed}\n|${" - |".repeat(cells)}`;
}

const DELIMITER = /(\\[\s\S])|(`+)|(\*{1,3}|~~|(?<![\p{L}\p{N}])_{1,3}|_{1,3}(?![\p{L}\p{N}]))/gu;

/** Close code, emphasis and strikethrough in the order in which they were opened; an opener with nothing after it goes. */
function closeOpen(text: string): string {
  const open: { mark: string; index: number }[] = [];
  let code: { mark: string; index: number } | null = null;
  for (const match of text.matchAll(DELIMITER)) {
    const [mark, escaped, ticks] = match;
    if (ticks) {
      if (code === null) code = { mark, index: match.index };
      else if (code.mark === mark) code = null;
    } else if (escaped === undefined && code === null) {
      toggle(open, mark, match.index, text);
    }
  }
  if (code !== null) open.push(code);
  let mended = text;
  for (const { mark, index } of open.reverse()) {
    const rest = mended.slice(index + mark.length);
    mended = rest.trim() === "" ? mended.slice(0, index).trimEnd() : mended.trimEnd() + mark;
  }
  return mended;
}

function toggle(open: { mark: string; index: number }[], mark: string, index: number, text: string) {
  const before = text[index - 1] ?? " ";
  const after = text[index + mark.length] ?? "";
  if (open.at(-1)?.mark === mark && !/\s/.test(before)) open.pop();
  else if (after !== "" && /\s/.test(after)) return;
  else if (mark.startsWith("*") && isListMarker(text, index)) return;
  else open.push({ mark, index });
}

function isListMarker(text: string, index: number): boolean {
  const line = text.slice(text.lastIndexOf("\n", index - 1) + 1, index);
  return line.trim() === "" && text[index + 1] === " ";
}
