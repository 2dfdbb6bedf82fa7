import { expect, it } from "vitest";

import { blocksOf } from "./chunk-blocks";
import { tableOf } from "./html-table";

const TABLE = tableOf(
  "<table><tr><th></th><th>2023</th></tr><tr><td>iPhone</td><td>$ 39,669</td></tr></table>",
);
if (!TABLE) throw new Error("no table");

it("puts a table where its rows stand in the text, once", () => {
  const blocks = blocksOf("Net sales\n\nby category:\n2023\niPhone | $ 39,669\n\nMac sales fell.", [TABLE]);
  expect(blocks).toEqual([
    { kind: "text", text: "Net sales" },
    { kind: "text", text: "by category:" },
    { kind: "table", table: TABLE },
    { kind: "text", text: "Mac sales fell." },
  ]);
});

it("leaves out no table, and no text", () => {
  expect(blocksOf("Only words\nin two lines", [TABLE])).toEqual([
    { kind: "text", text: "Only words\nin two lines" },
    { kind: "table", table: TABLE },
  ]);
  expect(blocksOf(" \n\n---\n", [])).toEqual([{ kind: "text", text: "---" }]);
});
