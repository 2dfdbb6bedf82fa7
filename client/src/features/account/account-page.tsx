"use client";

export function AccountPage() {
  return null;
}
