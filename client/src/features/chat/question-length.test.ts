import { expect, it } from "vitest";

import { charactersLeft } from "./question-length";

it.each([
  ["", 32_000],
  ["x".repeat(31_990), 10],
  ["x".repeat(32_001), -1],
  ["😀".repeat(31_999), 1],
])("characters are counted as the server counts them (%#)", (text, left) => {
  expect(charactersLeft(text)).toBe(left);
});
