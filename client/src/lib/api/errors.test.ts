import { describe, expect, it } from "vitest";

import { ApiError, ConnectionLost, errorOfResponse, sentenceOf } from "./errors";

const PROBLEM = {
  type: "urn:opentrace:problem:validation_failed",
  title: "Invalid request",
  status: 422,
  detail: "name: String should have at least 1 character.",
  code: "validation_failed",
  errors: [{ field: "name", location: "body", message: "String should have at least 1 character." }],
};

describe("an answer that is an error", () => {
  it("speaks with the server's own words", async () => {
    const error = await errorOfResponse(Response.json(PROBLEM, { status: 422 }));
    expect(error).toBeInstanceOf(ApiError);
    expect([error.status, error.code, sentenceOf(error)]).toEqual([422, "validation_failed", PROBLEM.detail]);
    expect(error.fields).toEqual({ name: "String should have at least 1 character." });
  });

  it.each([
    ["<html>Bad gateway</html>", 502, "The server could not answer. Wait a moment and try again."],
    ["", 404, "The request was refused (404)."],
    ['{"detail": ["not a sentence"]}', 400, "The request was refused (400)."],
  ])("has a sentence where the server sent none: %s", async (body, status, sentence) => {
    expect(sentenceOf(await errorOfResponse(new Response(body, { status })))).toBe(sentence);
  });
});

it("never shows what an unexpected failure says of itself", () => {
  expect(sentenceOf(new TypeError("x is undefined"))).toContain("unexpected");
  expect(sentenceOf(new ConnectionLost(null))).toContain("does not answer");
});
