import type { ReactNode } from "react";

import { ProjectShell } from "@/features/projects/project-shell";

// The export has one folder for all projects; pages read the id from the address.
export function generateStaticParams() {
  return [{ projectId: "_" }];
}

export default function Layout({ children }: { children: ReactNode }) {
  return <ProjectShell>{children}</ProjectShell>;
}
