import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { createMissingParts, RETRY_MS } from "./missing-parts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Fails until `arrive` is called. */
function part() {
  let arrived = false;
  const load = vi.fn(() => (arrived ? Promise.resolve() : Promise.reject(new Error("no connection"))));
  return { load, arrive: () => void (arrived = true) };
}

const settled = () => vi.advanceTimersByTimeAsync(0);

test("what arrives is never missing", async () => {
  const parts = createMissingParts();
  const { load, arrive } = part();
  arrive();
  parts.load(load);
  await settled();
  expect(parts.anyMissing()).toBe(false);
  await vi.advanceTimersByTimeAsync(10 * RETRY_MS);
  expect(load).toHaveBeenCalledTimes(1);
});

test("what is missing is asked for again by itself, until it has arrived", async () => {
  const parts = createMissingParts();
  const heard = vi.fn();
  parts.subscribe(heard);
  const { load, arrive } = part();
  parts.load(load);
  await settled();
  expect(parts.anyMissing()).toBe(true);
  await vi.advanceTimersByTimeAsync(2 * RETRY_MS);
  expect(load).toHaveBeenCalledTimes(3);
  arrive();
  await vi.advanceTimersByTimeAsync(RETRY_MS);
  expect(parts.anyMissing()).toBe(false);
  expect(heard).toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(10 * RETRY_MS);
  expect(load).toHaveBeenCalledTimes(4);
});

test("a retry asks at once for everything that is missing", async () => {
  const parts = createMissingParts();
  const first = part();
  const second = part();
  parts.load(first.load);
  parts.load(second.load);
  await settled();
  first.arrive();
  parts.retry();
  await settled();
  expect(first.load).toHaveBeenCalledTimes(2);
  expect(second.load).toHaveBeenCalledTimes(2);
  expect(parts.anyMissing()).toBe(true);
});

test("what is no longer wanted is not missing", async () => {
  const parts = createMissingParts();
  const { load } = part();
  const giveUp = parts.load(load);
  await settled();
  giveUp();
  expect(parts.anyMissing()).toBe(false);
  await vi.advanceTimersByTimeAsync(10 * RETRY_MS);
  expect(load).toHaveBeenCalledTimes(1);
});

test("what is given up while it is on its way is not missing when it fails", async () => {
  const parts = createMissingParts();
  const { load } = part();
  parts.load(load)();
  await settled();
  expect(parts.anyMissing()).toBe(false);
  await vi.advanceTimersByTimeAsync(10 * RETRY_MS);
  expect(load).toHaveBeenCalledTimes(1);
});

test("an arrival waits for what is missing", async () => {
  const parts = createMissingParts();
  const { load, arrive } = part();
  const arrived = parts.arrival(() => load().then(() => "here"), new AbortController().signal);
  await settled();
  expect(parts.anyMissing()).toBe(true);
  arrive();
  parts.retry();
  expect(await arrived).toBe("here");
  await settled();
  expect(parts.anyMissing()).toBe(false);
});

test("an arrival that is given up is asked for no more", async () => {
  const parts = createMissingParts();
  const { load } = part();
  const wish = new AbortController();
  const arrived = expect(parts.arrival(load, wish.signal)).rejects.toThrow("enough");
  await settled();
  wish.abort(new Error("enough"));
  await arrived;
  expect(parts.anyMissing()).toBe(false);
  await vi.advanceTimersByTimeAsync(10 * RETRY_MS);
  expect(load).toHaveBeenCalledTimes(1);
});
