const CLOUDFLARE = "https://challenges.cloudflare.com";

/**
 * What pages may load where Clerk keeps the accounts, by the directives of a content security policy; the server says the
 * same of the pages that it serves (`opentrace/adapters/clerk.py`). A publishable key is `pk_live_` and the host that
 * Clerk's scripts talk to with a `$`, in base64.
 */
export function clerkSources(publishableKey: string): Record<string, string[]> {
  const encoded = /^pk_(?:test|live)_([A-Za-z0-9+/=]+)$/.exec(publishableKey)?.[1] ?? "";
  const host = /^([A-Za-z0-9.:-]+)\$$/.exec(Buffer.from(encoded, "base64").toString("latin1"))?.[1];
  if (host === undefined) {
    throw new Error("OPENTRACE_CLERK_PUBLISHABLE_KEY does not look like pk_test_… or pk_live_….");
  }
  const own = `https://${host}`;
  return {
    "script-src": [own, CLOUDFLARE],
    "connect-src": [own],
    "img-src": ["https://img.clerk.com"],
    "worker-src": ["blob:"],
    "frame-src": [CLOUDFLARE],
  };
}
