import { FilePlus2, SearchX } from "lucide-react";
import type { ReactNode } from "react";

import { Button } from "@/components/ui/button";
import { EmptyState } from "@/components/ui/states";
import type { Config } from "@/lib/api/types";
import { formatBytes } from "@/lib/format";

import { kindsOf } from "./file-kinds";

interface NoDocumentsProps {
  limits: Config["uploads"] | undefined;
  children: ReactNode;
}

export function NoDocuments({ limits, children }: NoDocumentsProps) {
  return (
    <EmptyState
      icon={FilePlus2}
      title="Add the first documents"
      actions={children}
      className="rounded-xl border-2 border-dashed bg-surface/60 py-20"
    >
      <p>
        Drop files or a whole folder here, or name pages of the web. Each one is read, cut into passages and
        made searchable; you can watch it.
      </p>
      {limits ? (
        <p className="mt-2">
          {kindsOf(limits.media_types)} · up to {formatBytes(limits.max_bytes)} each
        </p>
      ) : null}
    </EmptyState>
  );
}

export function NoneMatch({ onShowAll }: { onShowAll: () => void }) {
  return (
    <EmptyState
      icon={SearchX}
      title="No document matches"
      actions={<Button onClick={onShowAll}>Show all documents</Button>}
      className="rounded-xl border bg-surface"
    />
  );
}
