"use client";

import { ChevronsUpDown, LayoutGrid } from "lucide-react";
import Link from "next/link";

import { Button } from "@/components/ui/button";
import {
  DropdownMenu,
  DropdownMenuContent,
  DropdownMenuItem,
  DropdownMenuLabel,
  DropdownMenuSeparator,
  DropdownMenuTrigger,
} from "@/components/ui/dropdown-menu";
import { routes } from "@/lib/routes";

import { useProject, useProjects } from "./queries";

const LISTED = 12;

export function ProjectSwitcher({ projectId }: { projectId: string }) {
  const project = useProject(projectId);
  const projects = useProjects();
  const others = (projects.data ?? []).filter(({ id }) => id !== projectId).slice(0, LISTED);
  const name = project.data?.name;
  return (
    <DropdownMenu>
      <DropdownMenuTrigger asChild>
        <Button variant="ghost" className="order-1 max-w-[calc(100vw-9rem)] min-w-0 shrink px-2 sm:max-w-64">
          <span aria-hidden className="text-border">
            /
          </span>
          <span className="truncate">{name ?? "Project"}</span>
          <span className="sr-only">: switch project</span>
          <ChevronsUpDown aria-hidden className="text-muted-foreground" />
        </Button>
      </DropdownMenuTrigger>
      <DropdownMenuContent align="start" className="w-72">
        {others.length > 0 ? <DropdownMenuLabel>Other projects</DropdownMenuLabel> : null}
        {others.map((other) => (
          <DropdownMenuItem key={other.id} asChild>
            <Link href={routes.chats(other.id)}>
              <span className="truncate">{other.name}</span>
            </Link>
          </DropdownMenuItem>
        ))}
        {others.length > 0 ? <DropdownMenuSeparator /> : null}
        <DropdownMenuItem asChild>
          <Link href={routes.projects}>
            <LayoutGrid aria-hidden /> All projects
          </Link>
        </DropdownMenuItem>
      </DropdownMenuContent>
    </DropdownMenu>
  );
}
