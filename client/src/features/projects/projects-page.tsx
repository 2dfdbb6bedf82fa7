"use client";

import { FolderOpen, Plus, Search, SearchX } from "lucide-react";
import { useMemo, useState } from "react";

import { Button } from "@/components/ui/button";
import { Input } from "@/components/ui/input";
import { Skeleton } from "@/components/ui/skeleton";
import { EmptyState, ErrorState } from "@/components/ui/states";
import { AppShell } from "@/features/shell/app-shell";
import { sentenceOf } from "@/lib/api/errors";
import type { Project } from "@/lib/api/types";
import { lazyPart } from "@/lib/lazy-part";
import { useIdleLoad } from "@/lib/use-idle-load";

import { ProjectCard } from "./project-card";
import { useProjects } from "./queries";
import { SampleProjectButton } from "./sample-project-button";
import { SAMPLE } from "./sample";

const loadDialogs = () => import("./dialogs");
const ProjectDialog = lazyPart(() => loadDialogs().then((module) => module.ProjectDialog));
const DeleteProjectDialog = lazyPart(() => loadDialogs().then((module) => module.DeleteProjectDialog));

type Open =
  { kind: "create" } | { kind: "rename"; project: Project } | { kind: "delete"; project: Project } | null;

export function ProjectsPage() {
  return (
    <AppShell>
      <Projects />
    </AppShell>
  );
}

function Projects() {
  useIdleLoad(loadDialogs);
  const projects = useProjects();
  const [open, setOpen] = useState<Open>(null);
  const [search, setSearch] = useState("");
  const all = projects.data;
  const found = useMemo(() => (all ? filtered(all, search) : []), [all, search]);
  const hasSample = all?.some(({ description }) => description === SAMPLE.description) ?? false;

  return (
    <div className="mx-auto w-full max-w-6xl px-4 py-8 sm:px-6 sm:py-10">
      <div className="mb-6 flex flex-wrap items-center gap-3">
        <h1 className="mr-auto text-2xl font-semibold tracking-tight">Projects</h1>
        {all && all.length > 0 ? (
          <>
            <div className="relative order-last w-full sm:order-none sm:w-64">
              <Search aria-hidden className="absolute top-2.5 left-3 size-4 text-muted-foreground" />
              <Input
                type="search"
                aria-label="Search projects"
                placeholder="Search projects"
                value={search}
                onChange={(event) => setSearch(event.target.value)}
                className="pl-9"
              />
            </div>
            <Button variant="primary" onClick={() => setOpen({ kind: "create" })}>
              <Plus aria-hidden /> New project
            </Button>
          </>
        ) : null}
      </div>

      {projects.isPending ? (
        <div aria-busy aria-label="Loading projects" role="status" className={GRID}>
          {[0, 1, 2].map((key) => (
            <Skeleton key={key} className="h-44 rounded-xl" />
          ))}
        </div>
      ) : null}
      {projects.isError && !all ? (
        <ErrorState
          title="Your projects could not be loaded"
          detail={sentenceOf(projects.error)}
          actions={<Button onClick={() => void projects.refetch()}>Try again</Button>}
        />
      ) : null}
      {all?.length === 0 ? (
        <EmptyState
          icon={FolderOpen}
          title="Make your first project"
          className="rounded-xl border border-dashed bg-surface/60 py-20"
          actions={
            <>
              <Button variant="primary" size="lg" onClick={() => setOpen({ kind: "create" })}>
                <Plus aria-hidden /> New project
              </Button>
              <SampleProjectButton size="lg" />
            </>
          }
        >
          A project holds documents that belong together, and the chats about them. Upload your own, or look
          around in a sample that is ready in seconds: Opentrace’s own handbook, with three questions to try.
        </EmptyState>
      ) : null}
      {all && all.length > 0 && found.length === 0 ? (
        <EmptyState
          icon={SearchX}
          title={`No project matches “${search.trim()}”`}
          actions={<Button onClick={() => setSearch("")}>Show all projects</Button>}
        />
      ) : null}
      {found.length > 0 ? (
        <ul className={GRID} aria-label="Projects">
          {found.map((project) => (
            <ProjectCard
              key={project.id}
              project={project}
              onRename={() => setOpen({ kind: "rename", project })}
              onDelete={() => setOpen({ kind: "delete", project })}
            />
          ))}
        </ul>
      ) : null}
      {all && all.length > 0 && !hasSample ? (
        <div className="mt-8 flex flex-wrap items-center gap-x-3 gap-y-2 text-sm text-muted-foreground">
          New here? <SampleProjectButton size="sm" />
        </div>
      ) : null}

      {open?.kind === "create" ? <ProjectDialog onClose={() => setOpen(null)} /> : null}
      {open?.kind === "rename" ? (
        <ProjectDialog project={open.project} onClose={() => setOpen(null)} />
      ) : null}
      {open?.kind === "delete" ? (
        <DeleteProjectDialog project={open.project} onClose={() => setOpen(null)} />
      ) : null}
    </div>
  );
}

const GRID = "grid gap-4 sm:grid-cols-2 lg:grid-cols-3";

/** Projects whose name or description holds every word of the search, the one with the latest activity first. */
export function filtered(projects: readonly Project[], search: string): Project[] {
  const words = search.toLocaleLowerCase().split(/\s+/).filter(Boolean);
  return projects
    .filter(({ name, description }) => {
      const text = `${name} ${description}`.toLocaleLowerCase();
      return words.every((word) => text.includes(word));
    })
    .sort((a, b) => b.last_activity_at.localeCompare(a.last_activity_at));
}
