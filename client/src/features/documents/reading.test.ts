import { describe, expect, it } from "vitest";

import { documentOf } from "./document-factory";
import { refusalOf } from "./file-kinds";
import { markedParts } from "./marked-parts";
import { marked } from "./marked-text";
import { mayHaveReplaced, merged } from "./queries";
import { findingsOf } from "./stage-findings";
import { stageProgress } from "./status";

const LIMITS = { max_bytes: 1_000_000, media_types: ["application/pdf"], extensions: [".pdf", ".md"] };

describe("a file before it is sent", () => {
  it.each([
    [{ name: "a.pdf", size: 10, type: "application/pdf" }, undefined],
    [{ name: "A.MD", size: 10, type: "" }, undefined],
    [{ name: "no-ending", size: 10, type: "application/pdf" }, undefined],
    [{ name: "a.exe", size: 10, type: "" }, "Files of this kind (.exe) are not read. What is: .pdf, .md."],
    [{ name: "a.pdf", size: 0, type: "" }, "The file is empty."],
    [
      { name: "a.pdf", size: 2_000_000, type: "" },
      "The file has 2 MB; at most 1 MB are taken. Split it and upload the parts.",
    ],
  ])("is refused with a reason: %o", (file, refusal) => expect(refusalOf(file, LIMITS)).toBe(refusal));
});

describe("a passage in the text that it was read from", () => {
  const text = "# Title\n\nFirst **bold** words of it.\n\nOther words.\n";

  it("is found by its two ends, though the markup between them is gone", () => {
    const [before, passage, after] = markedParts(text, "First");
    expect([before, passage, after.startsWith(" **bold**")]).toEqual(["# Title\n\n", "First", true]);
    expect(markedParts(text, "Title\n\nOther words.")[1]).toBe(
      "Title\n\nFirst **bold** words of it.\n\nOther words",
    );
  });

  it("is found though its lines end elsewhere", () => {
    const file = "Raise **it** as\nwell, and\ntake longer.\n\nNext.";
    expect(markedParts(file, "Raise it as well, and take longer.")[1]).toBe(
      "Raise **it** as\nwell, and\ntake longer",
    );
  });

  it("is not marked where it cannot be found", () => {
    expect(markedParts(text, "elsewhere")).toEqual([text, "", ""]);
    expect(markedParts(text, "")).toEqual([text, "", ""]);
  });
});

describe("what a search names in a text", () => {
  it("is marked as it stands and word by word", () => {
    expect(marked("Net sales rose; sales fell.", "net sales")).toEqual([
      ["Net sales", true],
      [" rose; ", false],
      ["sales", true],
      [" fell.", false],
    ]);
  });

  it("is no pattern", () => {
    expect(marked("a (b) c", "(b)")).toEqual([
      ["a ", false],
      ["(b)", true],
      [" c", false],
    ]);
    expect(marked("text", " ")).toEqual([["text", false]]);
  });
});

it("tells what a stage found, in words, also of what is new to this client", () => {
  expect(
    findingsOf({
      seconds: 2,
      pages: 46,
      pages_done: 46,
      elements: { NarrativeText: 1200 },
      store_seconds: 0.25,
      new_kind: true,
    }),
  ).toEqual([
    ["Pages", "46"],
    ["Paragraphs", "1,200"],
    ["Store", "250ms"],
    ["New kind", "yes"],
  ]);
});

it("knows how much of a stage is done where the stage counts", () => {
  expect(
    stageProgress({ status: "partitioning", stage_details: { partitioning: { pages_done: 3, pages: 12 } } }),
  ).toBe(0.25);
  expect(stageProgress({ status: "chunking", stage_details: { chunking: {} } })).toBeUndefined();
});

it("puts new documents first and leaves unchanged ones as they are", () => {
  const list = [documentOf({ id: "a", updated_at: "1" }), documentOf({ id: "b", updated_at: "1" })];
  const changed = [
    documentOf({ id: "b", updated_at: "2" }),
    documentOf({ id: "c", updated_at: "1" }),
    documentOf({ id: "a", updated_at: "1" }),
  ];
  const result = merged(list, changed);
  expect(result.map(({ id, updated_at }) => id + updated_at)).toEqual(["c1", "a1", "b2"]);
  expect(result[1]).toBe(list[0]);
});

it("looks for a document that gave way to one of its name", () => {
  const old = documentOf({ id: "old", file_name: "a.txt" });
  const read = documentOf({ id: "new", file_name: "a.txt" });
  const other = documentOf({ id: "other", file_name: "b.txt" });
  expect(mayHaveReplaced([old, read, other], [read])).toBe(true);
  expect(mayHaveReplaced([read, other], [read])).toBe(false);
});
