"use client";

export function DocumentPage() {
  return null;
}
