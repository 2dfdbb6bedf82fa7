/** A table of a document as data. Its HTML is hostile until it is nothing but rows of text. */

export interface TableCell {
  text: string;
  header: boolean;
  columns: number;
  rows: number;
}

export interface TableModel {
  caption: string;
  rows: TableCell[][];
}

const MAX_ROWS = 2000;
const MAX_CELLS_OF_ROW = 200;
const MAX_SPAN = 100;

/** Reads the first table of a piece of HTML. The document that the parser makes is inert: nothing in it runs or loads. */
export function tableOf(html: string): TableModel | null {
  const table = new DOMParser().parseFromString(html, "text/html").querySelector("table");
  if (!table) return null;
  const rows = [...table.rows].slice(0, MAX_ROWS).map((row) =>
    [...row.cells].slice(0, MAX_CELLS_OF_ROW).map((cell) => ({
      text: cell.textContent.replace(/\s+/g, " ").trim(),
      header: cell.tagName === "TH",
      columns: span(cell.colSpan),
      rows: span(cell.rowSpan),
    })),
  );
  return { caption: (table.caption?.textContent ?? "").trim(), rows };
}

function span(value: number): number {
  return Math.min(MAX_SPAN, Math.max(1, value));
}

const NUMERIC = /^[($€£¥−–-]*\s*[\d.,\s]+\s*[)%]*$/;

/** Whether a cell holds a figure, which reads best at the right. */
export function isFigure(text: string): boolean {
  return /\d/.test(text) && NUMERIC.test(text);
}
