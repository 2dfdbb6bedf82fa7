import { expect, it } from "vitest";

import { documentOf } from "./document-factory";
import { nextSorting, viewed, type View } from "./table-view";

const DOCUMENTS = [
  documentOf({ file_name: "report 10.pdf", page_count: 3, stage_details: { chunking: { chunks: 9 } } }),
  documentOf({ file_name: "Report 2.pdf", page_count: 12, status: "failed" }),
  documentOf({
    file_name: "notes.md",
    content_type: "text/markdown",
    status: "chunking",
    title: "Annual report",
  }),
];
const VIEW: View = { search: "", status: "all", sorting: { column: "name", descending: false } };

function names(view: Partial<View>): string[] {
  return viewed(DOCUMENTS, { ...VIEW, ...view }).map(({ file_name }) => file_name);
}

it("sorts names as people count", () => {
  expect(names({})).toEqual(["notes.md", "Report 2.pdf", "report 10.pdf"]);
});

it("sorts by figures, those without any last", () => {
  expect(names({ sorting: { column: "pages", descending: true } })).toEqual([
    "Report 2.pdf",
    "report 10.pdf",
    "notes.md",
  ]);
  expect(names({ sorting: { column: "chunks", descending: true } })[0]).toBe("report 10.pdf");
});

it("finds every word in name or title, in any case", () => {
  expect(names({ search: "REPORT annual" })).toEqual(["notes.md"]);
  expect(names({ search: "nothing" })).toEqual([]);
});

it("filters by what happens to a document", () => {
  expect(names({ status: "moving" })).toEqual(["notes.md"]);
  expect(names({ status: "failed" })).toEqual(["Report 2.pdf"]);
});

it("turns a column around when it is chosen again", () => {
  const first = nextSorting({ column: "name", descending: false }, "size");
  expect(first).toEqual({ column: "size", descending: true });
  expect(nextSorting(first, "size")).toEqual({ column: "size", descending: false });
});
