/** Whether somebody signed in with this browser: spares visitors a request that only says that they are strangers. */

const KEY = "opentrace-signed-in";

export function hintSignedIn(signedIn: boolean) {
  try {
    if (signedIn) localStorage.setItem(KEY, "yes");
    else localStorage.removeItem(KEY);
  } catch {
    // Without storage every visitor is taken for a stranger until a page behind sign-in asks.
  }
}

export function mayBeSignedIn(): boolean {
  try {
    return localStorage.getItem(KEY) !== null;
  } catch {
    return false;
  }
}
