import { act, renderHook } from "@testing-library/react";
import { beforeEach, describe, expect, it, vi } from "vitest";

import { holdDraft, moveDraft, readDraft, releaseDraft, restoreDraft, useDraft, writeDraft } from "./drafts";

beforeEach(() => localStorage.clear());

describe("a draft", () => {
  it("is there after a reload, for its own chat", () => {
    const { result } = renderHook(() => useDraft("chat:1"));
    act(() => result.current[1]("half a thought"));
    expect(renderHook(() => useDraft("chat:1")).result.current[0]).toBe("half a thought");
    expect(renderHook(() => useDraft("chat:2")).result.current[0]).toBe("");
  });

  it("frees its field while it is being sent, and is gone when the server has it", () => {
    writeDraft("k", "question");
    holdDraft("k");
    expect(readDraft("k")).toBe("");
    releaseDraft("k");
    restoreDraft("k");
    expect(readDraft("k")).toBe("");
  });

  it("comes back before what was written since when it was not sent", () => {
    writeDraft("k", "question");
    holdDraft("k");
    writeDraft("k", "the next one");
    restoreDraft("k");
    expect(readDraft("k")).toBe("question\n\nthe next one");
  });

  it("goes with its text to the chat that it begins", () => {
    writeDraft("new:p", "first question");
    moveDraft("new:p", "chat:1");
    expect([readDraft("new:p"), readDraft("chat:1")]).toEqual(["", "first question"]);
  });

  it("lives as long as the page where the browser keeps nothing", () => {
    const full = vi.spyOn(Storage.prototype, "setItem").mockImplementation(() => {
      throw new DOMException("full", "QuotaExceededError");
    });
    writeDraft("k", "question");
    expect(readDraft("k")).toBe("question");
    full.mockRestore();
    writeDraft("k", "");
  });
});
