import { describe, expect, it } from "vitest";

import { panelOf, panelQuery } from "./use-panel";

const of = (query: string) => panelOf(new URLSearchParams(query));

describe("what is open beside a chat", () => {
  it("stands in the address", () => {
    const source = { kind: "source", messageId: "0b5e-1", number: 12 } as const;
    const trace = { kind: "trace", messageId: "0b5e-1" } as const;
    expect(of(panelQuery(source))).toEqual(source);
    expect(of(panelQuery(trace))).toEqual(trace);
    expect(panelQuery(null)).toBe("");
  });

  it.each(["", "?source=abc", "?source=abc:x", "?source=a/b:1", "?trace=../x", "?source=a:12345"])(
    "is nothing for %j",
    (query) => expect(of(query)).toBeNull(),
  );
});
