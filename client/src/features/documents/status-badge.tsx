import { Check, CircleAlert, Clock, Loader2, UploadCloud } from "lucide-react";

import { Badge, type BadgeProps } from "@/components/ui/badge";
import type { Document, DocumentStatus } from "@/lib/api/types";
import { cn } from "@/lib/cn";
import { formatPercent } from "@/lib/format";

import { stageProgress, STATUS_NAMES } from "./status";

const TONES: Record<DocumentStatus, BadgeProps["tone"]> = {
  uploading: "neutral",
  queued: "neutral",
  partitioning: "primary",
  chunking: "primary",
  summarising: "primary",
  vectorization: "primary",
  completed: "success",
  failed: "danger",
};

function Icon({ status }: { status: DocumentStatus }) {
  if (status === "completed") return <Check aria-hidden />;
  if (status === "failed") return <CircleAlert aria-hidden />;
  if (status === "queued") return <Clock aria-hidden />;
  if (status === "uploading") return <UploadCloud aria-hidden />;
  return <Loader2 aria-hidden className="animate-spin" />;
}

interface StatusBadgeProps {
  document: Pick<Document, "status" | "stage_details">;
  /** Of an upload of this tab, from 0 to 1. */
  uploaded?: number | undefined;
  /** In a list on a small screen: what is completed needs no word, so that the name has room. */
  brief?: boolean;
}

export function StatusBadge({ document, uploaded, brief = false }: StatusBadgeProps) {
  const { status } = document;
  const progress = status === "uploading" ? uploaded : stageProgress(document);
  return (
    <Badge
      tone={TONES[status]}
      data-status={status}
      className={cn(brief && status === "completed" && "max-md:px-1 max-md:py-1")}
    >
      <Icon status={status} />
      <span className={cn(brief && status === "completed" && "max-md:sr-only")}>{STATUS_NAMES[status]}</span>
      {progress === undefined ? null : (
        <span className="tabular-nums opacity-80">{formatPercent(progress)}</span>
      )}
    </Badge>
  );
}
