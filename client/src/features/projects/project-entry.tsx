"use client";

import { useRouter } from "next/navigation";
import { useEffect } from "react";

import { routes } from "@/lib/routes";
import { usePathIds } from "@/lib/use-path-ids";

/** The address of a project alone leads to its chat. */
export function ProjectEntry() {
  const router = useRouter();
  const { projectId } = usePathIds();
  useEffect(() => router.replace(routes.chats(projectId)), [projectId, router]);
  return null;
}
