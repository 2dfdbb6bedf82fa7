import { expect, it } from "vitest";

import { pageAddresses } from "./page-addresses";

it("takes addresses of web pages, each once, with a scheme or without", () => {
  const text = "https://docs.example/guide\n docs.example/b \n\nhttps://docs.example/guide http://[::1]/x";
  expect(pageAddresses(text)).toEqual({
    addresses: ["https://docs.example/guide", "docs.example/b", "http://[::1]/x"],
    wrong: [],
  });
});

it.each([
  "javascript:alert(1)",
  "ftp://docs.example/a",
  "hello",
  "file:///etc/passwd",
  `https://a.b/${"x".repeat(3000)}`,
])("takes no %s", (text) => expect(pageAddresses(text)).toEqual({ addresses: [], wrong: [text] }));
