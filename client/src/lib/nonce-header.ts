/** Carries a request's nonce from the proxy to the pages. */
export const NONCE_HEADER = "x-nonce";
