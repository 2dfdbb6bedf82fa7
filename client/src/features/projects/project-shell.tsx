"use client";

import { FileText, MessagesSquare, SlidersHorizontal } from "lucide-react";
import Link from "next/link";
import type { ReactNode } from "react";

import { Button } from "@/components/ui/button";
import { ErrorState } from "@/components/ui/states";
import { AppShell } from "@/features/shell/app-shell";
import { ApiError, sentenceOf } from "@/lib/api/errors";
import { cn } from "@/lib/cn";
import { lazyPart } from "@/lib/lazy-part";
import { routes } from "@/lib/routes";
import { usePathIds } from "@/lib/use-path-ids";

import { useProject } from "./queries";

const ProjectSwitcher = lazyPart(() => import("./project-switcher").then((module) => module.ProjectSwitcher));

const CHAT = { section: "chat", label: "Chat", icon: MessagesSquare, href: routes.chats } as const;
const KNOWLEDGE_BASE = [
  { section: "documents", label: "Documents", icon: FileText, href: routes.documents },
  { section: "settings", label: "Settings", icon: SlidersHorizontal, href: routes.settings },
] as const;

type Section = typeof CHAT | (typeof KNOWLEDGE_BASE)[number];

/** The frame of a project's pages: which project, and the way between its chat and its knowledge base. */
export function ProjectShell({ children }: { children: ReactNode }) {
  const { projectId } = usePathIds();
  return (
    <AppShell header={<ProjectHeader projectId={projectId} />}>
      <ProjectContent projectId={projectId}>{children}</ProjectContent>
    </AppShell>
  );
}

function ProjectContent({ projectId, children }: { projectId: string; children: ReactNode }) {
  const project = useProject(projectId);
  if (!project.isError || project.data) return children;
  const missing = project.error instanceof ApiError && project.error.status === 404;
  return (
    <ErrorState
      title={missing ? "There is no such project" : "The project could not be loaded"}
      detail={missing ? "It was deleted, or it belongs to another account." : sentenceOf(project.error)}
      actions={
        <>
          {missing ? null : <Button onClick={() => void project.refetch()}>Try again</Button>}
          <Button asChild variant={missing ? "primary" : "secondary"}>
            <Link href={routes.projects}>All projects</Link>
          </Button>
        </>
      }
    />
  );
}

function ProjectHeader({ projectId }: { projectId: string }) {
  return (
    <>
      <ProjectSwitcher projectId={projectId} />
      <nav
        aria-label="Project"
        className="order-3 -mx-1 flex w-full gap-1 overflow-x-auto sm:order-2 sm:mx-0 sm:ml-4 sm:w-auto"
      >
        <SectionLink projectId={projectId} of={CHAT} />
        <div role="group" aria-label="Knowledge base" className="flex items-center gap-1">
          <span
            aria-hidden
            className="-mt-0.5 ml-2 hidden border-l pl-4 text-sm text-muted-foreground md:inline"
          >
            Knowledge base
          </span>
          {KNOWLEDGE_BASE.map((section) => (
            <SectionLink key={section.section} projectId={projectId} of={section} />
          ))}
        </div>
      </nav>
    </>
  );
}

function SectionLink({ projectId, of }: { projectId: string; of: Section }) {
  const { section } = usePathIds();
  const { label, icon: Icon, href } = of;
  const current = section === of.section;
  return (
    <Link
      href={href(projectId)}
      aria-current={current ? "page" : undefined}
      className={cn(
        "flex h-11 items-center gap-2 border-b-2 px-3 text-sm font-medium whitespace-nowrap transition-colors focus-visible:-outline-offset-2 sm:h-14",
        current
          ? "border-primary text-foreground"
          : "border-transparent text-muted-foreground hover:text-foreground",
      )}
    >
      <Icon aria-hidden className="size-4" />
      {label}
    </Link>
  );
}
