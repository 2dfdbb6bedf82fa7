/** The session of an outside identity provider (Clerk): its tokens say who asks, where local accounts have a cookie. */
import { setTokenSource } from "@/lib/api/client";
import { ConnectionLost } from "@/lib/api/errors";

/** What the provider's own code gives once it has loaded. */
export interface OutsideSession {
  isSignedIn: boolean;
  getToken: () => Promise<string | null>;
  /** Ends this session, or all of the account's on every device. */
  signOut: (everywhere: boolean) => Promise<void>;
  /** Opens the provider's own page of the account: name, address, password, devices. */
  openProfile: () => void;
}

const KEY = "opentrace-identity-key";
const LONGEST_WAIT_MS = 15_000;

export function createOutsideSession() {
  let session: OutsideSession | null = null;
  let waiting: ((session: OutsideSession) => void)[] = [];
  const listeners = new Set<() => void>();

  function connected(): Promise<OutsideSession> {
    if (session) return Promise.resolve(session);
    return new Promise((resolve, reject) => {
      const late = setTimeout(
        () => reject(new ConnectionLost(new Error("The identity provider did not load"))),
        LONGEST_WAIT_MS,
      );
      waiting.push((next) => {
        clearTimeout(late);
        resolve(next);
      });
    });
  }

  return {
    get: () => session,
    subscribe: (listener: () => void) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    /** The token of whoever is signed in. A page's first requests wait for the provider's code. */
    token: async () => (await connected()).getToken(),
    connect: (next: OutsideSession) => {
      session = next;
      waiting.forEach((resolve) => resolve(next));
      waiting = [];
      listeners.forEach((listener) => listener());
    },
  };
}

export const outsideSession = createOutsideSession();

/** The provider's key as this browser saw it last: with it, a page need not ask for it before its first request. */
export function rememberedKey(): string | null {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}

/** Takes the provider's key, or its absence, as the server says it. */
export function adoptKey(key: string | null) {
  setTokenSource(key === null ? null : outsideSession.token);
  try {
    if (key === null) localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, key);
  } catch {
    // Without storage the key is asked for on each visit.
  }
}

if (typeof window !== "undefined" && rememberedKey() !== null) setTokenSource(outsideSession.token);
