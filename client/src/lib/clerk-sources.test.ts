import { expect, it } from "vitest";

import { clerkSources } from "./clerk-sources";

const keyOf = (host: string) => `pk_test_${btoa(`${host}$`)}`;

it("reads Clerk's host from the publishable key", () => {
  expect(clerkSources(keyOf("clerk.example.org"))).toEqual({
    "script-src": ["https://clerk.example.org", "https://challenges.cloudflare.com"],
    "connect-src": ["https://clerk.example.org"],
    "img-src": ["https://img.clerk.com"],
    "worker-src": ["blob:"],
    "frame-src": ["https://challenges.cloudflare.com"],
  });
});

it.each(["", "sk_test_abc", "pk_test_", `pk_test_${btoa("clerk.example.org")}`, keyOf("a; script-src *")])(
  "takes no key of another shape: %s",
  (key) => expect(() => clerkSources(key)).toThrow("OPENTRACE_CLERK_PUBLISHABLE_KEY"),
);
