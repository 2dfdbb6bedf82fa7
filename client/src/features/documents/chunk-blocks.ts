import type { TableModel } from "./html-table";

export type Block = { kind: "text"; text: string } | { kind: "table"; table: TableModel };

/** Letters and digits alone: a row of a table and its line in the text have them in common. */
function essence(text: string): string {
  return text.replace(/[^\p{L}\p{N}]/gu, "").toLowerCase();
}

/**
 * A chunk's text as paragraphs, with its tables where their rows stand in it: the text has each row as a line, by which
 * it is found, and nobody wants to read a table twice.
 */
export function blocksOf(text: string, tables: readonly TableModel[]): Block[] {
  const rows = tables.map((table) => new Set(table.rows.map((row) => essence(row.map(textOf).join("")))));
  const left = new Set(tables);
  const blocks: Block[] = [];
  let lines: string[] = [];
  const endText = () => {
    const paragraph = lines.join("\n").trim();
    if (paragraph !== "") blocks.push({ kind: "text", text: paragraph });
    lines = [];
  };
  for (const line of text.split("\n")) {
    const own = essence(line);
    const at = own === "" ? -1 : rows.findIndex((known) => known.has(own));
    const table = tables[at];
    if (table) {
      endText();
      if (left.delete(table)) blocks.push({ kind: "table", table });
    } else if (own === "" && line.trim() === "") endText();
    else lines.push(line);
  }
  endText();
  left.forEach((table) => blocks.push({ kind: "table", table }));
  return blocks;
}

function textOf({ text }: { text: string }): string {
  return text;
}
