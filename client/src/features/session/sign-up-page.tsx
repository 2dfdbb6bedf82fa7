"use client";

import Link from "next/link";

import { Button } from "@/components/ui/button";
import { Skeleton } from "@/components/ui/skeleton";
import { sentenceOf } from "@/lib/api/errors";
import { routes } from "@/lib/routes";

import { AuthFrame } from "./auth-frame";
import { CredentialsForm } from "./credentials-form";
import { OutsideSignIn } from "./identity/outside-sign-in";
import { useConfig, useSignUp } from "./queries";
import { useReturnWhenSignedIn } from "./use-return";

const SIGN_IN_LINK = (
  <Link href={routes.signIn()} className="text-primary-text underline underline-offset-4">
    Sign in
  </Link>
);

export function SignUpPage() {
  const config = useConfig();
  const signUp = useSignUp();
  useReturnWhenSignedIn(signUp.isSuccess);

  if (config.isError) {
    return (
      <AuthFrame title="Create your account" lead={sentenceOf(config.error)}>
        <Button onClick={() => void config.refetch()}>Try again</Button>
      </AuthFrame>
    );
  }
  if (!config.data) {
    return (
      <AuthFrame title="Create your account" lead={<span className="sr-only">Loading</span>}>
        <Skeleton className="h-52" />
      </AuthFrame>
    );
  }
  const { first_run: firstRun, sign_up_open: open } = config.data.auth;
  if (config.data.auth.provider === "clerk") {
    return (
      <AuthFrame title="Create your account" lead={<>Have an account already? {SIGN_IN_LINK}</>}>
        <OutsideSignIn form="sign-up" />
      </AuthFrame>
    );
  }
  if (!open && !signUp.isPending && !signUp.data) {
    return (
      <AuthFrame
        title="Sign-up is closed"
        lead="New accounts are not open on this installation. Ask the person who runs it, or sign in if you have one."
      >
        <Button asChild variant="primary" size="lg">
          <Link href={routes.signIn()}>Sign in</Link>
        </Button>
      </AuthFrame>
    );
  }
  return (
    <AuthFrame
      title={firstRun ? "Welcome to Opentrace" : "Create your account"}
      lead={
        firstRun ? (
          "This installation is new. The first account, yours, owns it. It stays on this server; nothing is sent anywhere."
        ) : (
          <>Have an account already? {SIGN_IN_LINK}</>
        )
      }
    >
      <CredentialsForm
        action={firstRun ? "Create the owner’s account" : "Create account"}
        newAccount
        busy={signUp.isPending}
        error={signUp.error}
        onSubmit={(credentials) => signUp.mutate(credentials)}
      />
    </AuthFrame>
  );
}
