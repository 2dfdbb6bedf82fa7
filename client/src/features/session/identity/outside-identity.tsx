"use client";

import { useEffect, useSyncExternalStore } from "react";

import { useConfig } from "../queries";
import { adoptKey, rememberedKey } from "./outside-session";

import { lazyPart } from "@/lib/lazy-part";

// Comes only where the installation has chosen Clerk: nothing of it is loaded, or asked of others, anywhere else.
const ClerkIdentity = lazyPart(() => import("./clerk-identity").then((module) => module.default));

const never = () => () => undefined;

/** Loads the identity provider that the server names, beside the pages. Local accounts need nothing of this. */
export function OutsideIdentity() {
  const auth = useConfig().data?.auth;
  const remembered = useSyncExternalStore(never, rememberedKey, () => null);
  const key = auth ? (auth.provider === "clerk" ? auth.publishable_key : null) : remembered;
  useEffect(() => {
    if (auth) adoptKey(key);
  }, [auth, key]);
  return key === null ? null : <ClerkIdentity key={key} publishableKey={key} />;
}
