import { expect, it } from "vitest";

import { counted, formatAgo, formatBytes, formatDollars, formatDuration } from "./format";

it.each([
  [0, "0 bytes"],
  [999, "999 bytes"],
  [1000, "1 kB"],
  [1_234_567, "1.2 MB"],
  [209_715_200, "209 MB"],
  [5e12, "5,000 GB"],
])("writes %d bytes as people do", (bytes, text) => expect(formatBytes(bytes)).toBe(text));

it.each([
  [5, "now"],
  [65, "1 minute ago"],
  [7200, "2 hours ago"],
  [86_400, "yesterday"],
])("says how long %d seconds ago was", (seconds, text) => {
  const now = Date.parse("2026-11-22T12:00:00Z");
  expect(formatAgo(new Date(now - seconds * 1000).toISOString(), now)).toBe(text);
});

it("gives the date from a week on", () => {
  expect(formatAgo("2026-11-01T12:00:00Z", Date.parse("2026-11-22T12:00:00Z"))).toBe("Nov 1, 2026");
});

it("writes amounts of any size", () => {
  expect([formatDollars(0.00384), formatDollars(1.5), formatDollars(0)]).toEqual([
    "$0.0038",
    "$1.50",
    "$0.00",
  ]);
});

it("counts in words", () => {
  expect([
    counted(0, "chunk", "chunks"),
    counted(1, "chunk", "chunks"),
    counted(2431, "chunk", "chunks"),
  ]).toEqual(["0 chunks", "1 chunk", "2,431 chunks"]);
});

it("writes short and long times", () => {
  expect([formatDuration(642), formatDuration(1000), formatDuration(75_300)]).toEqual([
    "642ms",
    "1.0s",
    "75.3s",
  ]);
});
