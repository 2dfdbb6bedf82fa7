import { describe, expect, it } from "vitest";

import { locatePassage, paragraphsOf, quotesIn } from "./passage";

describe("a passage in its text", () => {
  it.each([
    ["one two three", "two", "two"],
    ["one two\n three", "two three", "two\n three"],
    ["a  b\u00a0c", " a b c ", "a  b\u00a0c"],
  ])("of %j, %j is found at %j", (text, passage, found) => {
    const place = locatePassage(text, passage);
    expect(place && text.slice(...place)).toBe(found);
  });

  it.each([
    ["one", "two"],
    ["one", " "],
    ["", "x"],
  ])("of %j, %j is not found", (text, passage) => {
    expect(locatePassage(text, passage)).toBeNull();
  });

  it("is marked in each of its paragraphs", () => {
    const text = "First one.\n\nSecond\nline.\n\nThird one.";
    const place = locatePassage(text, "one.\n\nSecond\nline.\n\nThird");
    const shown = paragraphsOf(text, place).map((pieces) =>
      pieces.map((piece) => (piece.marked ? `<${piece.text}>` : piece.text)).join(""),
    );
    expect(shown).toEqual(["First <one.>", "<Second\nline.>", "<Third> one."]);
  });

  it("has the sentences marked that the answer rests on", () => {
    const text = "Before. Sales rose. Costs fell by ten percent. After.";
    const place = locatePassage(text, "Sales rose. Costs fell by ten percent.");
    const quotes = quotesIn(text, place, ["Costs fell by ten percent", "Zebras sleep"]);
    const shown = paragraphsOf(text, place, quotes)
      .flat()
      .map(({ text: words, marked, quoted }) => (quoted ? `<<${words}>>` : marked ? `<${words}>` : words));
    expect(shown.join("")).toBe("Before. <Sales rose. ><<Costs fell by ten percent.>> After.");
  });

  it("that is not there leaves the text whole", () => {
    expect(paragraphsOf("a\n\nb", null)).toEqual([
      [{ text: "a", marked: false, quoted: false }],
      [{ text: "b", marked: false, quoted: false }],
    ]);
  });
});
