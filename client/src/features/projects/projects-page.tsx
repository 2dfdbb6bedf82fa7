"use client";

export function ProjectsPage() {
  return null;
}
