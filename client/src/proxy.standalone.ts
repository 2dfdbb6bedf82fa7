import { NextResponse, type NextRequest } from "next/server";

import policy from "../csp-policy.json";
import { NONCE_HEADER } from "./lib/nonce-header";

const CONNECT_SOURCES = (process.env.OPENTRACE_CLIENT_CONNECT_SOURCES ?? "").split(/\s+/).filter(Boolean);

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
    .map(([name, sources]) => [name, ...sources, ...added(name, nonce)].join(" "))
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

function added(name: string, nonce: string): string[] {
  if (name === "script-src") return [`'nonce-${nonce}'`];
  return name === "connect-src" ? CONNECT_SOURCES : [];
}

export const config = {
  matcher: ["/((?!api/|_next/static/|pdfjs/|handbook/|pictures/|icon\\.svg).*)"],
};
