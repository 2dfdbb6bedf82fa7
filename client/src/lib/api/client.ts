import createClient, { type Middleware } from "openapi-fetch";

import { connection } from "./connection";
import { ConnectionLost, errorOfResponse } from "./errors";
import type { paths } from "./schema";

type TokenSource = () => Promise<string | null>;

/** Local accounts are known by their httpOnly cookie; an outside identity provider hands out tokens. */
let tokenSource: TokenSource | null = null;

export function setTokenSource(source: TokenSource | null) {
  tokenSource = source;
}

/** Headers that say who is asking, for requests that do not go through `api` (streams, uploads). */
export async function authHeaders(): Promise<Record<string, string>> {
  const token = await tokenSource?.();
  return token ? { authorization: `Bearer ${token}` } : {};
}

type SignedOutListener = () => void;
const signedOutListeners = new Set<SignedOutListener>();

/** Called when a request shows that the session has ended. */
export function onSignedOut(listener: SignedOutListener): () => void {
  signedOutListeners.add(listener);
  return () => void signedOutListeners.delete(listener);
}

export function reportSignedOut() {
  signedOutListeners.forEach((listener) => listener());
}

const PUBLIC_PATHS = ["/api/auth/", "/api/config"];

/** What every request of this client goes through: the network, the session, the server's errors. */
export async function apiFetch(request: Request): Promise<Response> {
  let response: Response;
  try {
    for (const [name, value] of Object.entries(await authHeaders())) request.headers.set(name, value);
    response = await fetch(request);
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    connection.reportLost();
    throw new ConnectionLost(error);
  }
  connection.reportAnswer();
  return response;
}

const failures: Middleware = {
  async onResponse({ request, response }) {
    if (response.ok) return;
    const { pathname } = new URL(request.url);
    if (response.status === 401 && !PUBLIC_PATHS.some((path) => pathname.startsWith(path))) reportSignedOut();
    throw await errorOfResponse(response);
  },
};

export const api = createClient<paths>({
  baseUrl: "",
  fetch: apiFetch,
  credentials: "same-origin",
});
api.use(failures);

/** The body of a response. Failures were thrown before, so where there is a body, it is there. */
export async function bodyOf<Data>(response: Promise<{ data?: Data }>): Promise<NonNullable<Data>> {
  const { data } = await response;
  if (data === undefined || data === null) throw new Error("The response has no body.");
  return data;
}
