"use client";

export function LandingPage() {
  return null;
}
