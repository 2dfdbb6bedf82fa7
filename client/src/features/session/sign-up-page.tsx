"use client";

export function SignUpPage() {
  return null;
}
