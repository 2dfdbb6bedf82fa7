"use client";

import { Files } from "lucide-react";
import Link from "next/link";

import { Button } from "@/components/ui/button";
import { routes } from "@/lib/routes";

import { uploads, type Upload } from "./uploads";

/** Files whose like is here already: keep to that one, put the new one in its place, or have both. */
export function UploadQuestions({ asking }: { asking: readonly Upload[] }) {
  return (
    <ul aria-label="Files that are here already" className="grid divide-y border-t first:border-t-0">
      {asking.map(({ id, projectId, name, twin }) =>
        twin ? (
          <li key={id} className="flex flex-wrap items-center gap-x-4 gap-y-2 bg-warning-soft/50 p-4 text-sm">
            <Files aria-hidden className="size-4 shrink-0 text-warning-text" />
            <div className="min-w-48 flex-1">
              <p className="font-medium break-words">{name}</p>
              <p className="break-words text-muted-foreground">
                {twin.same === "content"
                  ? "These bytes are already here: "
                  : "A file of this name is already here: "}
                <Link
                  href={routes.document(projectId, twin.id)}
                  className="text-primary-text underline underline-offset-4"
                >
                  {twin.name}
                </Link>
              </p>
            </div>
            <div className="flex flex-wrap gap-2">
              <Button size="sm" variant="ghost" onClick={() => uploads.cancel(id)}>
                Leave it
              </Button>
              {twin.same === "name" ? (
                <Button size="sm" onClick={() => uploads.decide(id, "replace")}>
                  Replace it
                </Button>
              ) : null}
              <Button size="sm" onClick={() => uploads.decide(id, "keep-both")}>
                {twin.same === "content" ? "Upload again" : "Keep both"}
              </Button>
            </div>
          </li>
        ) : null,
      )}
    </ul>
  );
}
