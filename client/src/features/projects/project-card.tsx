"use client";

import { CircleAlert, FileText, Loader2, MessagesSquare } from "lucide-react";
import Link from "next/link";

import { Badge } from "@/components/ui/badge";
import type { Project } from "@/lib/api/types";
import { counted, formatAgo, formatDateTime } from "@/lib/format";
import { lazyPart } from "@/lib/lazy-part";
import { routes } from "@/lib/routes";

const ProjectMenu = lazyPart(
  () => import("./project-menu").then((module) => module.ProjectMenu),
  <span className="-mt-1 -mr-2 size-8" />,
);

interface ProjectCardProps {
  project: Project;
  onRename: () => void;
  onDelete: () => void;
}

/** A project as a card: all of it is a link, with its menu above. An empty project opens where files are added. */
export function ProjectCard({ project, onRename, onDelete }: ProjectCardProps) {
  const { id, name, description, document_count: documents, chat_count: chats } = project;
  const counts = project.documents_by_status;
  const failed = counts.failed ?? 0;
  const moving = documents - failed - (counts.completed ?? 0) - (counts.uploading ?? 0);
  return (
    <li className="group relative flex min-h-44 flex-col rounded-xl border bg-surface p-5 shadow-soft transition-[border-color,box-shadow] focus-within:border-input hover:border-input hover:shadow-float">
      <div className="flex items-start gap-2">
        <h2 className="min-w-0 flex-1 font-semibold tracking-tight break-words">
          <Link
            href={documents === 0 ? routes.documents(id) : routes.chats(id)}
            className="line-clamp-2 after:absolute after:inset-0 after:rounded-xl focus-visible:outline-none focus-visible:after:outline-2 focus-visible:after:outline-offset-2 focus-visible:after:outline-ring"
          >
            {name}
          </Link>
        </h2>
        <ProjectMenu name={name} onRename={onRename} onDelete={onDelete} />
      </div>
      <p className="mt-1.5 line-clamp-3 text-sm break-words text-muted-foreground">
        {description || "No description"}
      </p>
      <div className="mt-auto flex flex-wrap items-center gap-x-4 gap-y-2 pt-4 text-xs text-muted-foreground">
        <span className="inline-flex items-center gap-1.5">
          <FileText aria-hidden className="size-3.5" />
          {counted(documents, "document", "documents")}
        </span>
        <span className="inline-flex items-center gap-1.5">
          <MessagesSquare aria-hidden className="size-3.5" />
          {counted(chats, "chat", "chats")}
        </span>
        <time
          dateTime={project.last_activity_at}
          title={formatDateTime(project.last_activity_at)}
          className="ml-auto"
        >
          {formatAgo(project.last_activity_at)}
        </time>
      </div>
      {moving > 0 || failed > 0 ? (
        <div className="mt-3 flex flex-wrap gap-1.5">
          {moving > 0 ? (
            <Badge tone="primary">
              <Loader2 aria-hidden className="animate-spin" /> {counted(moving, "document", "documents")} in
              work
            </Badge>
          ) : null}
          {failed > 0 ? (
            <Badge tone="danger">
              <CircleAlert aria-hidden /> {counted(failed, "document", "documents")} failed
            </Badge>
          ) : null}
        </div>
      ) : null}
    </li>
  );
}
