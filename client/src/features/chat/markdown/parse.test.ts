import type { Nodes } from "mdast";
import { describe, expect, it } from "vitest";

import { BlockReader } from "./blocks";
import { mendMarkdown } from "./mend";
import { parseMarkdown } from "./parse";

function mathIn(source: string): string[] {
  const found: string[] = [];
  const visit = (node: Nodes) => {
    if (node.type === "inlineMath" || node.type === "math") found.push(node.value);
    if ("children" in node) node.children.forEach(visit);
  };
  visit(parseMarkdown(source));
  return found;
}

describe("math", () => {
  it.each([
    ["$x^2$", ["x^2"]],
    ["so $a$, $b$.", ["a", "b"]],
    ["\\(a_1\\) and \\[b\\\\c\\]", ["a_1", "b\\\\c"]],
    ["\\[\n\\frac{a}{b}\n\\]", ["\\frac{a}{b}"]],
    ["$$\na\n- b\n$$", ["a\n- b"]],
    ["inline $$a$$ too", ["a"]],
    ["$a \\$ b$", ["a \\$ b"]],
  ])("is found in %j", (source, expected) => {
    expect(mathIn(source).map((tex) => tex.trim())).toEqual(expected);
  });

  it.each([
    "It cost $5 and then $6.",
    "from $5M to $6M",
    "US$ 5 (US$6)",
    "a $ b $ c",
    "between $1,200–$1,400 a month",
    "`$HOME` or `$PATH`",
    "```\n$a$\n```",
    "\\\\(not math\\\\)",
    "an open \\( bracket",
    "a single $ sign",
  ])("is not seen in %j", (source) => {
    expect(mathIn(source)).toEqual([]);
  });
});

describe("the words that a marker stands for", () => {
  function claimsIn(source: string): string[] {
    const found: string[] = [];
    const visit = (node: Nodes) => {
      if (node.type === "citationMarker") found.push(node.claim);
      if ("children" in node) node.children.forEach(visit);
    };
    visit(parseMarkdown(source));
    return found;
  }

  it.each([
    ["First one. Sales *rose* by 4.5 % [1].", ["Sales rose by 4.5 %"]],
    ["First one. Sales rose. [1][2] Costs `fell` [3].", ["Sales rose.", "Sales rose.", "Costs fell"]],
    ["- one [1]\n- two [2]", ["one", "two"]],
    ["| a [1] | b [2] |\n|---|---|", ["a", "b"]],
  ])("of %j are %j", (source, claims) => expect(claimsIn(source)).toEqual(claims));
});

describe("an unfinished answer", () => {
  it.each([
    ["some **bold", "some **bold**"],
    ["some **", "some"],
    ["a *b* and *c", "a *b* and *c*"],
    ["**a *b", "**a *b***"],
    ["call `foo(", "call `foo(`"],
    ["~~gone", "~~gone~~"],
    ["5 * 4 is 20", "5 * 4 is 20"],
    ["snake_case_name", "snake_case_name"],
    ["sales rose [1", "sales rose"],
    ["sales rose [", "sales rose"],
    ["see [the repo", "see the repo"],
    ["see [the report](https://exa", "see the report"],
    ["see [the report](https://example.com)", "see [the report](https://example.com)"],
    ["- one\n- tw", "- one\n- tw"],
    ["- one\n-", "- one"],
    ["text\n#", "text"],
    ["text\n2.", "text"],
    ["| a | b", "| a | b |\n| - | - |"],
    ["| a | b |\n|--", "| a | b |\n| - | - |"],
    ["| a | b |\n|---|---|\n| 1", "| a | b |\n|---|---|\n| 1"],
    ["```py\nx = **1", "```py\nx = **1"],
  ])("%j is read as %j", (source, expected) => {
    expect(mendMarkdown(source)).toBe(expected);
  });
});

describe("reading an answer as it grows", () => {
  const ANSWER =
    "# Title\n\nFirst **paragraph** [1].\n\n- one\n- two\n\n  more of two\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n```py\nx = 1\n\ny = 2\n```\n\n> quote\n\n  last line with $x$";

  it("ends with what reading all of it at once gives", () => {
    const reader = new BlockReader();
    for (let end = 1; end <= ANSWER.length; end += 1) reader.read(ANSWER.slice(0, end), true);
    const grown = reader.read(ANSWER, false).map(({ node }) => node.type);
    const whole = parseMarkdown(ANSWER).children.map(({ type }) => type);
    expect(grown).toEqual(whole);
  });

  it("keeps the objects of blocks that are done", () => {
    const reader = new BlockReader();
    const [first] = reader.read("One.\n\nTwo.\n\nThr", true);
    const [again] = reader.read("One.\n\nTwo.\n\nThree and more", true);
    expect(again?.node).toBe(first?.node);
  });

  it("begins anew with another text", () => {
    const reader = new BlockReader();
    reader.read("One.\n\nTwo.\n\nThree.", false);
    expect(reader.read("Other.", false)).toHaveLength(1);
  });

  it("reads 4,000 words that come in pieces without work that grows with them", () => {
    const paragraph = `${"word ".repeat(78)}**bold** [1].\n\n`;
    const long = paragraph.repeat(50);
    const reader = new BlockReader();
    const read = (from: number, to: number) => {
      const started = performance.now();
      for (let end = from; end <= to; end += 40) reader.read(long.slice(0, end), true);
      return performance.now() - started;
    };
    const quarter = long.length / 4;
    read(0, quarter);
    const second = read(quarter, 2 * quarter);
    const last = read(3 * quarter, long.length);
    expect(last).toBeLessThan(4 * second);
  });
});
