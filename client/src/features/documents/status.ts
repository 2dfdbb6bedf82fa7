import type { Document, DocumentStatus } from "@/lib/api/types";

/** What the worker has, or will have, in hand. */
export const MOVING = [
  "queued",
  "partitioning",
  "chunking",
  "summarising",
  "vectorization",
] as const satisfies DocumentStatus[];

export const STATUSES = ["uploading", ...MOVING, "completed", "failed"] as const satisfies DocumentStatus[];

export function isMoving({ status }: Pick<Document, "status">): boolean {
  return MOVING.some((moving) => moving === status);
}

export const STATUS_NAMES: Record<DocumentStatus, string> = {
  uploading: "Uploading",
  queued: "Queued",
  partitioning: "Partitioning",
  chunking: "Chunking",
  summarising: "Summarising",
  vectorization: "Vectorization",
  completed: "Completed",
  failed: "Failed",
};

/** How much of the present stage is done, from 0 to 1, where the stage counts it. */
export function stageProgress({
  status,
  stage_details: details,
}: Pick<Document, "status" | "stage_details">): number | undefined {
  const stage = details[status] ?? {};
  return share(stage.pages_done, stage.pages) ?? share(stage.vectors_done, stage.vectors);
}

function share(done: unknown, total: unknown): number | undefined {
  return typeof done === "number" && typeof total === "number" && total > 0
    ? Math.min(1, done / total)
    : undefined;
}

/** Into how many chunks a document was cut, once it was. */
export function chunkCount({ stage_details: details }: Pick<Document, "stage_details">): number | null {
  const chunks: unknown = details.chunking?.chunks;
  return typeof chunks === "number" ? chunks : null;
}
