"use client";

import { useMemo } from "react";

import { cn } from "@/lib/cn";

import { isFigure, tableOf, type TableModel } from "./html-table";
import { MarkedText } from "./marked-text";

/** A table of a document, drawn from its data. */
export function HtmlTableView({ html }: { html: string }) {
  const table = useMemo(() => tableOf(html), [html]);
  return table ? <TableView table={table} /> : null;
}

export function TableView({ table, search = "" }: { table: TableModel; search?: string }) {
  return (
    <div
      role="region"
      aria-label={table.caption || "Table"}
      tabIndex={0}
      className="max-h-112 w-fit max-w-full overflow-auto rounded-md border"
    >
      <table className="border-collapse text-xs">
        {table.caption ? (
          <caption className="p-2 text-left text-muted-foreground">{table.caption}</caption>
        ) : null}
        <tbody>
          {table.rows.map((row, rowIndex) => (
            <tr key={rowIndex} className="border-b last:border-b-0">
              {row.map((cell, cellIndex) => {
                const Cell = cell.header ? "th" : "td";
                return (
                  <Cell
                    key={cellIndex}
                    colSpan={cell.columns}
                    rowSpan={cell.rows}
                    className={cn(
                      "border-r px-2 py-1 align-top last:border-r-0",
                      cell.header ? "bg-muted text-left font-medium" : "",
                      isFigure(cell.text) && "text-right tabular-nums",
                    )}
                  >
                    <MarkedText text={cell.text} search={search} />
                  </Cell>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
