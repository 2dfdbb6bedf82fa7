import { describe, expect, it } from "vitest";

import { idsOfPath, routes, safeReturnPath } from "./routes";

describe("the way back after signing in", () => {
  it.each(["/projects/", "/projects/1/chat/2/?message=3#4", "/account/"])(
    "keeps a page of this application: %s",
    (path) => {
      expect(safeReturnPath(path)).toBe(path);
    },
  );

  it.each([
    null,
    "",
    "https://evil.test/",
    "//evil.test/",
    "/\\evil.test",
    "javascript:alert(1)",
    "projects/",
    "/\t/evil.test",
  ])("goes nowhere else: %s", (path) => {
    expect(new URL(safeReturnPath(path), "http://here.test").host).toBe("here.test");
    expect(safeReturnPath(path).startsWith("//")).toBe(false);
  });

  it("survives the trip through the address of sign-in", () => {
    const address = routes.signIn("/projects/1/documents/?chunk=a b&c");
    expect(new URL(address, "http://here.test").searchParams.get("next")).toBe(
      "/projects/1/documents/?chunk=a b&c",
    );
  });
});

it("finds the ids in an address", () => {
  expect(idsOfPath("/projects/p1/documents/d1/")).toEqual({
    projectId: "p1",
    section: "documents",
    itemId: "d1",
  });
  expect(idsOfPath("/projects/p1/")).toEqual({ projectId: "p1", section: undefined, itemId: undefined });
});
