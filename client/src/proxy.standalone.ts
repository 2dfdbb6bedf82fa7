import { NextResponse, type NextRequest } from "next/server";

import policy from "../csp-policy.json";
import { clerkSources } from "./lib/clerk-sources";
import { NONCE_HEADER } from "./lib/nonce-header";

const CONNECT_SOURCES = (process.env.OPENTRACE_CLIENT_CONNECT_SOURCES ?? "").split(/\s+/).filter(Boolean);
const CLERK_KEY = process.env.OPENTRACE_CLERK_PUBLISHABLE_KEY ?? "";
const CLERK_SOURCES: Record<string, string[]> = CLERK_KEY === "" ? {} : clerkSources(CLERK_KEY);

/** Gives each page its own nonce: the browser runs the inline scripts that bear it, and no others. */
export function proxy(request: NextRequest): NextResponse {
  const { pathname } = request.nextUrl;
  if (!pathname.endsWith("/") && !pathname.includes(".")) {
    // Written by hand: Next takes the slash away from addresses that it writes.
    const { protocol, host, search } = new URL(request.url);
    const headers = { location: `${protocol}//${request.headers.get("host") ?? host}${pathname}/${search}` };
    return new NextResponse(null, { status: 308, headers });
  }
  const nonce = Buffer.from(crypto.randomUUID()).toString("base64");
  const header = Object.entries(policy)
    .map(([name, sources]) => directive(name, sources, added(name, nonce)))
    .join("; ");

  const headers = new Headers(request.headers);
  headers.set(NONCE_HEADER, nonce);
  // Next reads the nonce of its own scripts from the policy.
  headers.set("content-security-policy", header);
  const response = NextResponse.next({ request: { headers } });
  response.headers.set("content-security-policy", header);
  response.headers.set("cross-origin-opener-policy", "same-origin");
  response.headers.set("permissions-policy", "camera=(), geolocation=(), microphone=()");
  response.headers.set("referrer-policy", "same-origin");
  response.headers.set("x-content-type-options", "nosniff");
  response.headers.set("x-frame-options", "DENY");
  return response;
}

function directive(name: string, sources: readonly string[], more: readonly string[]): string {
  // 'none' has to stand alone.
  const kept = more.length > 0 ? sources.filter((source) => source !== "'none'") : sources;
  return [name, ...kept, ...more].join(" ");
}

function added(name: string, nonce: string): string[] {
  return [
    ...(name === "script-src" ? [`'nonce-${nonce}'`] : []),
    ...(name === "connect-src" ? CONNECT_SOURCES : []),
    ...(CLERK_SOURCES[name] ?? []),
  ];
}

export const config = {
  matcher: ["/((?!api/|_next/static/|pdfjs/|handbook/|pictures/|icon\\.svg).*)"],
};
