"use client";

import Link from "next/link";
import { useRouter } from "next/navigation";
import { useEffect } from "react";

import { routes } from "@/lib/routes";

import { AuthFrame } from "./auth-frame";
import { CredentialsForm } from "./credentials-form";
import { useConfig, useSignIn } from "./queries";
import { OutsideSignIn } from "./identity/outside-sign-in";
import { useReturnWhenSignedIn } from "./use-return";

export function SignInPage() {
  const router = useRouter();
  const config = useConfig();
  const signIn = useSignIn();
  useReturnWhenSignedIn(signIn.isSuccess);

  const firstRun = config.data?.auth.first_run ?? false;
  useEffect(() => {
    // There is nobody who could sign in: the first account comes first.
    if (firstRun) router.replace(routes.signUp + window.location.search);
  }, [firstRun, router]);

  if (config.data?.auth.provider === "clerk") {
    return (
      <AuthFrame title="Sign in" lead="Your documents and chats are waiting.">
        <OutsideSignIn form="sign-in" />
      </AuthFrame>
    );
  }
  return (
    <AuthFrame
      title="Sign in"
      lead={
        config.data?.auth.sign_up_open ? (
          <>
            No account yet?{" "}
            <Link href={routes.signUp} className="text-primary-text underline underline-offset-4">
              Create one
            </Link>
          </>
        ) : (
          "Your documents and chats are waiting."
        )
      }
    >
      <CredentialsForm
        action="Sign in"
        newAccount={false}
        busy={signIn.isPending}
        error={signIn.error}
        refusal="No account has this e-mail address and this password. Check both and try again."
        onSubmit={(credentials) => signIn.mutate(credentials)}
      />
    </AuthFrame>
  );
}
