"use client";

import { useId, useState } from "react";

import { Button } from "@/components/ui/button";
import { Progress } from "@/components/ui/progress";
import { Select } from "@/components/ui/select";
import { toast } from "@/components/ui/toast";
import { useConfig } from "@/features/session/queries";
import { sentenceOf } from "@/lib/api/errors";
import type { EmbeddingChange, ProjectSettings } from "@/lib/api/types";
import { formatNumber } from "@/lib/format";

import { useChangeEmbeddingModel } from "./queries";

interface EmbeddingModelProps {
  settings: ProjectSettings;
}

/** What makes the project's vectors. A change is not a draft like the other settings: it embeds everything anew. */
export function EmbeddingModel({ settings }: EmbeddingModelProps) {
  const { embedding_model: serving, embedding_change: change } = settings;
  const config = useConfig();
  const save = useChangeEmbeddingModel(settings.project_id);
  const [wanted, setWanted] = useState<string>();
  const id = useId();
  const offered = config.data?.models.embeddings ?? [];
  const chosen = wanted ?? change?.model ?? serving;

  function begin(model: string) {
    save.mutate(model, {
      onSuccess: () => setWanted(undefined),
      onError: (error) => toast.error(sentenceOf(error)),
    });
  }

  return (
    <>
      <p className="text-sm text-muted-foreground">
        <Name>{serving}</Name> turns passages and questions into the vectors that are compared.
      </p>
      {change ? (
        <Change change={change} serving={serving} busy={save.isPending} onCancel={() => begin(serving)} />
      ) : offered.some((model) => model !== serving) ? (
        <div className="grid gap-2">
          <label htmlFor={id} className="text-sm font-medium">
            Embed this project with
          </label>
          <div className="flex flex-wrap gap-2">
            <Select
              id={id}
              value={chosen}
              options={[...new Set([serving, ...offered])].map((model) => ({ value: model, label: model }))}
              onValueChange={setWanted}
            />
            <Button disabled={chosen === serving} busy={save.isPending} onClick={() => begin(chosen)}>
              Embed anew
            </Button>
          </div>
          <p className="text-sm text-muted-foreground">
            All passages get new vectors in the background. Until they have them, searches go on as before.
          </p>
        </div>
      ) : null}
    </>
  );
}

interface ChangeProps {
  change: EmbeddingChange;
  serving: string;
  busy: boolean;
  onCancel: () => void;
}

function Change({ change, serving, busy, onCancel }: ChangeProps) {
  const { model, chunks, chunks_done: done, problem } = change;
  const cancels = model === serving;
  return (
    <div role="status" className="grid gap-2 rounded-lg border bg-surface p-3.5 text-sm">
      <p>
        {cancels ? (
          "The vectors of another model are being removed."
        ) : (
          <>
            Changing to <Name>{model}</Name>:{" "}
            {chunks > 0
              ? `${formatNumber(done)} of ${formatNumber(chunks)} passages are embedded.`
              : "waiting for the worker."}{" "}
            Searches use <Name>{serving}</Name> until all are.
          </>
        )}
      </p>
      {chunks > 0 && !cancels ? <Progress value={done / chunks} label="Passages embedded" /> : null}
      {problem ? <p className="text-danger-text">{problem} It is tried again by itself.</p> : null}
      {cancels ? null : (
        <Button variant="ghost" className="justify-self-start" busy={busy} onClick={onCancel}>
          Keep the present model
        </Button>
      )}
    </div>
  );
}

function Name({ children }: { children: string }) {
  return (
    <code className="rounded-sm bg-muted px-1.5 py-0.5 font-mono text-[0.8125rem] break-words text-foreground">
      {children}
    </code>
  );
}
