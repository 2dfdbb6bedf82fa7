"use client";

import { CircleAlert, RotateCw, X } from "lucide-react";

import { Button } from "@/components/ui/button";
import { Progress } from "@/components/ui/progress";
import { counted, formatBytes } from "@/lib/format";

import { UploadQuestions } from "./upload-questions";
import { isUnderWay, uploads, type Upload } from "./uploads";

const SHOWN_FAILURES = 50;

/** What is being sent, how far it is, and what could not be taken. */
export function UploadPanel({ items }: { items: readonly Upload[] }) {
  const underWay = items.filter(isUnderWay);
  const failed = items.filter(({ state }) => state === "failed");
  const asking = items.filter(({ state }) => state === "asking");
  if (underWay.length === 0 && failed.length === 0 && asking.length === 0) return null;
  return (
    <section aria-label="Uploads" className="mb-4 overflow-hidden rounded-xl border bg-surface shadow-soft">
      {underWay.length > 0 ? <UnderWay items={items} underWay={underWay} /> : null}
      {asking.length > 0 ? <UploadQuestions asking={asking} /> : null}
      {failed.length > 0 ? <Failures failed={failed} /> : null}
    </section>
  );
}

function UnderWay({ items, underWay }: { items: readonly Upload[]; underWay: readonly Upload[] }) {
  const batch = items.filter(({ state }) => state !== "failed" && state !== "asking");
  const total = batch.reduce((sum, { file }) => sum + file.size, 0);
  const sent = batch.reduce(
    (sum, { state, sentBytes, file }) => sum + (state === "done" ? file.size : sentBytes),
    0,
  );
  const sending = underWay.filter(({ state }) => state !== "waiting");
  return (
    <div className="grid gap-3 p-4">
      <div className="grid gap-1.5">
        <div className="flex items-baseline justify-between gap-3 text-sm">
          <span className="font-medium" role="status">
            Uploading {counted(underWay.length, "file", "files")}
          </span>
          <span className="text-muted-foreground tabular-nums">
            {formatBytes(sent)} of {formatBytes(total)}
          </span>
        </div>
        <Progress label="All uploads" value={total > 0 ? sent / total : 0} />
        {underWay.some(({ paused }) => paused) ? (
          <p className="text-sm text-muted-foreground">
            The server takes no more for a moment. The uploads go on by themselves.
          </p>
        ) : null}
      </div>
      <ul className="grid gap-1">
        {sending.map((upload) => (
          <li key={upload.id} className="grid grid-cols-[1fr_6rem_2rem] items-center gap-3 text-sm">
            <span className="truncate text-muted-foreground">{upload.name}</span>
            <Progress
              label={`Upload of ${upload.name}`}
              value={
                upload.state === "confirming" || upload.file.size === 0
                  ? 1
                  : upload.sentBytes / upload.file.size
              }
            />
            <Button
              variant="quiet"
              size="icon-sm"
              aria-label={`Cancel ${upload.name}`}
              onClick={() => uploads.cancel(upload.id)}
            >
              <X aria-hidden />
            </Button>
          </li>
        ))}
      </ul>
    </div>
  );
}

function Failures({ failed }: { failed: readonly Upload[] }) {
  const retryable = failed.filter((upload) => upload.retryable);
  return (
    <div className="border-t bg-danger-soft/60 p-4 first:border-t-0">
      <div className="flex flex-wrap items-center gap-2">
        <p role="alert" className="mr-auto flex items-center gap-2 text-sm font-medium text-danger-text">
          <CircleAlert aria-hidden className="size-4" />
          {counted(failed.length, "file was", "files were")} not uploaded
        </p>
        {retryable.length > 1 ? (
          <Button size="sm" onClick={() => retryable.forEach(({ id }) => uploads.retry(id))}>
            <RotateCw aria-hidden /> Try all again
          </Button>
        ) : null}
        <Button size="sm" variant="ghost" onClick={() => failed.forEach(({ id }) => uploads.cancel(id))}>
          Dismiss
        </Button>
      </div>
      <ul
        className="mt-2 grid max-h-60 gap-2 overflow-y-auto text-sm"
        tabIndex={0}
        aria-label="Files that were not uploaded"
      >
        {failed.slice(0, SHOWN_FAILURES).map((upload) => (
          <li key={upload.id} className="flex items-start gap-3">
            <div className="min-w-0 flex-1">
              <p className="font-medium break-words">{upload.name}</p>
              <p className="break-words text-muted-foreground">{upload.error}</p>
            </div>
            {upload.retryable ? (
              <Button
                size="sm"
                variant="ghost"
                aria-label={`Try ${upload.name} again`}
                onClick={() => uploads.retry(upload.id)}
              >
                <RotateCw aria-hidden /> Retry
              </Button>
            ) : null}
          </li>
        ))}
        {failed.length > SHOWN_FAILURES ? (
          <li className="text-muted-foreground">
            and {counted(failed.length - SHOWN_FAILURES, "more file", "more files")}
          </li>
        ) : null}
      </ul>
    </div>
  );
}
