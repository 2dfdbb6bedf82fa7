import { expect, it } from "vitest";

import { claimsOf } from "./claims";

it("takes the sentence before each marker, and no more of the answer", () => {
  const answer =
    "Sales rose by 4.5 percent. [1] Costs fell [2], and staff grew. [1][3]\n\n- Cash – 12 million [1]";
  expect(claimsOf(answer, 1)).toEqual([
    "Sales rose by 4.5 percent.",
    "Costs fell , and staff grew.",
    "- Cash – 12 million",
  ]);
  expect(claimsOf(answer, 2)).toEqual(["Costs fell"]);
  expect(claimsOf(answer, 3)).toEqual(["Costs fell , and staff grew."]);
  expect(claimsOf(answer, 9)).toEqual([]);
  expect(claimsOf("[1] first", 1)).toEqual([]);
});
