"use client";

export function DocumentsPage() {
  return null;
}
