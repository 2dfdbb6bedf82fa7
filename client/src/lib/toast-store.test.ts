import { afterEach, beforeEach, expect, it, vi } from "vitest";

import { createToastStore } from "./toast-store";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it("shows a message for a while", () => {
  const store = createToastStore();
  store.add("success", "Saved.");
  expect(store.get().map(({ message }) => message)).toEqual(["Saved."]);
  vi.advanceTimersByTime(5000);
  expect(store.get()).toEqual([]);
});

it("keeps a message that is held", () => {
  const store = createToastStore();
  store.add("error", "It failed.");
  store.hold(1);
  vi.advanceTimersByTime(60_000);
  expect(store.get()).toHaveLength(1);
  store.release(1);
  vi.advanceTimersByTime(10_000);
  expect(store.get()).toEqual([]);
});

it("shows the same message once, and a few at most", () => {
  const store = createToastStore();
  for (const message of ["a", "b", "b", "c", "d", "e"]) store.add("error", message);
  expect(store.get().map(({ message }) => message)).toEqual(["b", "c", "d", "e"]);
});
