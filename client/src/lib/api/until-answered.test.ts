import { afterEach, beforeEach, expect, it, vi } from "vitest";

import { errorOfResponse } from "./errors";
import { untilAnswered } from "./until-answered";

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const tooOften = () => errorOfResponse(new Response("", { status: 429, headers: { "retry-after": "7" } }));

it("waits as long as the server asks, and goes on", async () => {
  const onPause = vi.fn();
  let tries = 0;
  const answer = untilAnswered(
    async () => {
      tries += 1;
      if (tries < 3) throw await tooOften();
      return "done";
    },
    { signal: new AbortController().signal, onPause },
  );
  await vi.advanceTimersByTimeAsync(6900);
  expect(tries).toBe(1);
  await vi.advanceTimersByTimeAsync(200);
  expect(tries).toBe(2);
  await vi.advanceTimersByTimeAsync(7000);
  await expect(answer).resolves.toBe("done");
  expect(onPause.mock.calls.flat()).toEqual([true, false, true, false]);
});

it("ends when it is taken back, and at once with failures that are final", async () => {
  const abort = new AbortController();
  const waiting = untilAnswered(async () => Promise.reject(await tooOften()), {
    signal: abort.signal,
    onPause: () => abort.abort(),
  });
  await expect(waiting).rejects.toThrow("taken back");
  const refused = await errorOfResponse(new Response("", { status: 413 }));
  const attempt = vi.fn(() => Promise.reject(refused));
  await expect(
    untilAnswered(attempt, { signal: new AbortController().signal, onPause: () => undefined }),
  ).rejects.toBe(refused);
  expect(attempt).toHaveBeenCalledOnce();
});
