import { describe, expect, it } from "vitest";

import { isFigure, tableOf } from "./html-table";

describe("a table of a document", () => {
  it("becomes rows of text with their spans", () => {
    const table = tableOf(
      "<table><tr><th colspan=2>Sales</th></tr><tr><td>2025</td><td> 1,\n 234 </td></tr></table>",
    );
    expect(table?.rows).toEqual([
      [{ text: "Sales", header: true, columns: 2, rows: 1 }],
      [
        { text: "2025", header: false, columns: 1, rows: 1 },
        { text: "1, 234", header: false, columns: 1, rows: 1 },
      ],
    ]);
  });

  it("runs and loads nothing, and shows markup as text", () => {
    const table = tableOf(
      "<table><tr><td><img src=x onerror='window.hit=1'>a<script>window.hit=1</script></td><td>&lt;b&gt;c&lt;/b&gt;</td></tr></table>",
    );
    expect(table?.rows[0]?.map(({ text }) => text)).toEqual(["awindow.hit=1", "<b>c</b>"]);
    expect("hit" in window).toBe(false);
  });

  it("has bounds", () => {
    const table = tableOf(`<table>${"<tr><td colspan=99999>x</td></tr>".repeat(3000)}</table>`);
    expect(table?.rows).toHaveLength(2000);
    expect(table?.rows[0]?.[0]?.columns).toBe(100);
  });

  it("is nothing where there is none", () => expect(tableOf("<p>text</p>")).toBeNull());
});

it.each([
  ["1,234.5", true],
  ["(12.0)%", true],
  ["$ 3", true],
  ["—", false],
  ["Q3 2025", false],
  ["", false],
])("knows a figure: %s", (text, figure) => expect(isFigure(text)).toBe(figure));
