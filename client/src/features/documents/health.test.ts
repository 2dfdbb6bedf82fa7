import { expect, it } from "vitest";

import { healthOf, pageRanges } from "./health";

it("reads what the server found, warnings first, and leaves out what it does not understand", () => {
  const findings = [
    { code: "tables_found", severity: "info", message: "3 tables were found.", count: 3 },
    "?",
    { code: "no_message", severity: "warning" },
    {
      code: "low_ocr_confidence",
      severity: "warning",
      message: "2 pages were hard to read.",
      action: "Scan them again at 300 dpi.",
      pages: [4, 5],
      confidence: 0.61,
    },
  ];
  const health = healthOf({ stage_details: { health: { findings } } });
  expect(health.map(({ code }) => code)).toEqual(["low_ocr_confidence", "tables_found"]);
  expect(health[0]).toMatchObject({ warning: true, pages: [4, 5], confidence: 0.61 });
  expect(healthOf({ stage_details: {} })).toEqual([]);
});

it("puts neighbouring pages together", () => {
  expect(pageRanges([7, 1, 2, 3, 3, 9, 8])).toEqual([
    { first: 1, last: 3 },
    { first: 7, last: 9 },
  ]);
});
