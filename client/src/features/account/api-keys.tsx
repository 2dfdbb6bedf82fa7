"use client";

import { KeyRound, Plus, Trash2 } from "lucide-react";
import { useState } from "react";

import { AlertDialog } from "@/components/ui/alert-dialog";
import { Button } from "@/components/ui/button";
import { Skeleton } from "@/components/ui/skeleton";
import { ErrorState } from "@/components/ui/states";
import { toast } from "@/components/ui/toast";
import { sentenceOf } from "@/lib/api/errors";
import type { ApiKey } from "@/lib/api/types";
import { formatAgo, formatDate } from "@/lib/format";

import { NewKeyDialog } from "./new-key-dialog";
import { useApiKeys, useDeleteApiKey } from "./queries";
import { Section } from "./section";

export function ApiKeys() {
  const keys = useApiKeys();
  const [creating, setCreating] = useState(false);
  const [deleting, setDeleting] = useState<ApiKey | null>(null);
  return (
    <Section
      title="API keys"
      help="For programs that use Opentrace in your name: they can do all that you can, but not manage keys or sessions."
    >
      {keys.isPending ? (
        <div role="status" aria-busy aria-label="Loading the API keys">
          <Skeleton className="h-24 rounded-xl" />
        </div>
      ) : null}
      {keys.isError && !keys.data ? (
        <ErrorState
          title="The API keys could not be loaded"
          detail={sentenceOf(keys.error)}
          className="py-6"
          actions={<Button onClick={() => void keys.refetch()}>Try again</Button>}
        />
      ) : null}
      {keys.data?.length === 0 ? (
        <p className="rounded-xl border border-dashed p-5 text-sm text-muted-foreground">No API keys yet.</p>
      ) : null}
      {keys.data && keys.data.length > 0 ? (
        <ul className="divide-y rounded-xl border bg-surface" aria-label="API keys">
          {keys.data.map((key) => (
            <li key={key.id} className="flex items-center gap-4 p-4">
              <KeyRound aria-hidden className="size-4 shrink-0 text-muted-foreground" />
              <div className="min-w-0 flex-1">
                <p className="font-medium break-words">{key.name}</p>
                <p className="text-sm text-muted-foreground">
                  <code className="font-mono text-xs">{key.prefix}…</code> · created{" "}
                  {formatDate(key.created_at)} ·{" "}
                  {key.last_used_at ? `last used ${formatAgo(key.last_used_at)}` : "never used"}
                </p>
              </div>
              <Button
                variant="quiet"
                size="icon"
                aria-label={`Revoke ${key.name}`}
                onClick={() => setDeleting(key)}
              >
                <Trash2 aria-hidden />
              </Button>
            </li>
          ))}
        </ul>
      ) : null}
      <Button className="w-fit" onClick={() => setCreating(true)}>
        <Plus aria-hidden /> New API key
      </Button>
      {creating ? <NewKeyDialog onClose={() => setCreating(false)} /> : null}
      {deleting ? <RevokeDialog apiKey={deleting} onClose={() => setDeleting(null)} /> : null}
    </Section>
  );
}

function RevokeDialog({ apiKey, onClose }: { apiKey: ApiKey; onClose: () => void }) {
  const remove = useDeleteApiKey();
  return (
    <AlertDialog
      open
      onOpenChange={(open) => (open ? undefined : onClose())}
      title={<span className="break-words">Revoke “{apiKey.name}”?</span>}
      description={
        <p>
          Programs that use this key ({apiKey.prefix}…) lose their access at once. A key cannot be restored.
        </p>
      }
      action="Revoke key"
      busy={remove.isPending}
      error={remove.isError ? sentenceOf(remove.error) : undefined}
      onConfirm={() =>
        remove.mutate(apiKey.id, {
          onSuccess: () => {
            toast.success("The key is revoked.");
            onClose();
          },
        })
      }
    />
  );
}
