import { expect, test } from "vitest";
import { placeAsLabel, placeInDocument } from "./place";

const box = { page: 2, x0: 0, y0: 0, x1: 1, y1: 1 };

test("a page has its number, and other documents have no place", () => {
  expect(placeInDocument({ page_number: 4, locations: [box] })).toBe("page 4");
  expect(placeAsLabel({ page_number: null, locations: [] })).toBeNull();
});

test("a passage of a spreadsheet has its sheet and its rows", () => {
  const locations = [
    { ...box, sheet: "Sales", row: 5 },
    { ...box, sheet: "Sales", row: 7 },
  ];
  expect(placeAsLabel({ page_number: 2, locations })).toBe("Sheet Sales, rows 5–7");
  expect(placeInDocument({ page_number: 1, locations: [{ ...box, row: 3 }] })).toBe("row 3");
});
