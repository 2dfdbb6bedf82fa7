"use client";

export function SignInPage() {
  return null;
}
