import { headers } from "next/headers";

import { NONCE_HEADER } from "./nonce-header";

/** The nonce of this request's scripts. The export has none: its scripts are known by their hashes. */
export async function requestNonce(): Promise<string | undefined> {
  if (process.env.OPENTRACE_CLIENT_OUTPUT !== "standalone") return undefined;
  return (await headers()).get(NONCE_HEADER) ?? undefined;
}
