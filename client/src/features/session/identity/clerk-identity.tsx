"use client";

import { ClerkProvider, SignIn, SignUp, useAuth, useClerk } from "@clerk/clerk-react";
import { useRouter } from "next/navigation";
import { useEffect, useSyncExternalStore } from "react";
import { createPortal } from "react-dom";

import { routes } from "@/lib/routes";

import { endOtherSessions } from "./clerk-sessions";
import { outsideSession } from "./outside-session";
import { formSlot } from "./slot";

/** The theme's own colours, so that Clerk's form is of one piece with the page, in light and in dark. */
const APPEARANCE = {
  variables: {
    colorPrimary: "var(--primary)",
    colorPrimaryForeground: "var(--primary-foreground)",
    colorBackground: "var(--surface)",
    colorForeground: "var(--foreground)",
    colorMutedForeground: "var(--muted-foreground)",
    colorInput: "var(--surface)",
    colorInputForeground: "var(--foreground)",
    colorNeutral: "var(--foreground)",
    colorDanger: "var(--danger)",
    colorRing: "var(--ring)",
    fontFamily: "var(--font-sans)",
    borderRadius: "0.5rem",
  },
};

/** Clerk beside the pages: hands its tokens to the requests, and draws its form where a page has room for it. */
export default function ClerkIdentity({ publishableKey }: { publishableKey: string }) {
  const router = useRouter();
  return (
    <ClerkProvider
      publishableKey={publishableKey}
      routerPush={(to) => router.push(to)}
      routerReplace={(to) => router.replace(to)}
      signInUrl={routes.signIn()}
      signUpUrl={routes.signUp}
      afterSignOutUrl={routes.home}
      appearance={APPEARANCE}
      telemetry={false}
    >
      <Session />
      <Form />
    </ClerkProvider>
  );
}

function Session() {
  const { isLoaded, isSignedIn, getToken } = useAuth();
  const clerk = useClerk();
  useEffect(() => {
    if (!isLoaded) return;
    outsideSession.connect({
      isSignedIn,
      getToken: () => getToken(),
      signOut: async (everywhere) => {
        if (everywhere && clerk.user) await endOtherSessions(clerk.user, clerk.session?.id);
        await clerk.signOut({ redirectUrl: routes.home });
      },
      openProfile: () => clerk.openUserProfile(),
    });
  }, [isLoaded, isSignedIn, getToken, clerk]);
  return null;
}

function Form() {
  const slot = useSyncExternalStore(formSlot.subscribe, formSlot.get, () => null);
  const { isSignedIn } = useAuth();
  if (!slot || isSignedIn) return null;
  // The page itself leads on, once the server has accepted the session.
  const here = window.location.pathname + window.location.search;
  const form =
    slot.form === "sign-in" ? (
      <SignIn routing="hash" signUpUrl={routes.signUp} forceRedirectUrl={here} />
    ) : (
      <SignUp routing="hash" signInUrl={routes.signIn()} forceRedirectUrl={here} />
    );
  return createPortal(form, slot.element);
}
