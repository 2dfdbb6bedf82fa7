import { describe, expect, it } from "vitest";

import { excerptOf } from "./excerpt";

const PASSAGE =
  "In 2025 the company carried 4.82 million passengers. Growth came from commuters. The Aurora entered service on 14 March 2025. Her batteries hold 4,600 kilowatt hours. Fares stayed the same.";

describe("the excerpt of a passage", () => {
  it("stands around the sentence that the claim rests on", () => {
    const { before, sentence, after } = excerptOf(
      PASSAGE,
      "The batteries of the Aurora hold 4,600 kilowatt hours",
    );
    expect(sentence).toBe("Her batteries hold 4,600 kilowatt hours.");
    expect(before).toBe("… The Aurora entered service on 14 March 2025. ");
    expect(after).toBe(" Fares stayed the same.");
  });

  it("is the beginning where no sentence is like the claim", () => {
    expect(excerptOf(PASSAGE, "Zebras sleep standing")).toEqual({ before: PASSAGE, sentence: "", after: "" });
    expect(excerptOf("", "x")).toEqual({ before: "", sentence: "", after: "" });
  });

  it("is short, whatever the passage", () => {
    const endless = excerptOf(
      `${"filler words come first. ".repeat(40)}The answer is 42 apples. ${"X".repeat(3000)}`,
      "42 apples",
    );
    expect(endless.sentence).toBe("The answer is 42 apples.");
    expect((endless.before + endless.sentence + endless.after).length).toBeLessThan(460);
  });
});
