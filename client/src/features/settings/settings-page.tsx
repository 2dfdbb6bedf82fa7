"use client";

import { RotateCcw } from "lucide-react";
import { useMemo } from "react";

import { Button } from "@/components/ui/button";
import { Skeleton } from "@/components/ui/skeleton";
import { ErrorState } from "@/components/ui/states";
import { toast } from "@/components/ui/toast";
import { sentenceOf } from "@/lib/api/errors";
import type { ProjectSettings } from "@/lib/api/types";
import { lazyPart } from "@/lib/lazy-part";
import { useDraft } from "@/lib/use-draft";
import { usePathIds } from "@/lib/use-path-ids";

import { useSaveSettings, useSettings } from "./queries";
import { changesOf, DEFAULTS, settingsOf, storedChanges, type Settings } from "./setting-values";
import { SettingsForm } from "./settings-form";

const TryIt = lazyPart(
  () => import("./try-it").then((module) => module.TryIt),
  <Skeleton className="h-64 rounded-xl" />,
);

export function SettingsPage() {
  const { projectId } = usePathIds();
  const settings = useSettings(projectId);
  return (
    <div className="mx-auto w-full max-w-6xl px-4 py-6 sm:px-6 sm:py-8">
      {settings.data ? <Loaded key={projectId} projectId={projectId} response={settings.data} /> : null}
      {settings.isPending ? (
        <div role="status" aria-busy aria-label="Loading the settings" className="grid gap-4 lg:grid-cols-2">
          <Skeleton className="h-96 rounded-xl" />
          <Skeleton className="h-64 rounded-xl" />
        </div>
      ) : null}
      {settings.isError && !settings.data ? (
        <ErrorState
          title="The settings could not be loaded"
          detail={sentenceOf(settings.error)}
          actions={<Button onClick={() => void settings.refetch()}>Try again</Button>}
        />
      ) : null}
    </div>
  );
}

function Loaded({ projectId, response }: { projectId: string; response: ProjectSettings }) {
  const save = useSaveSettings(projectId);
  const [draft, setDraft] = useDraft(`settings:${projectId}`);
  const saved = useMemo(() => settingsOf(response), [response]);
  const wanted = useMemo((): Settings => ({ ...saved, ...storedChanges(draft) }), [draft, saved]);
  const changes = changesOf(saved, wanted);
  const dirty = Object.keys(changes).length > 0;
  const isDefault = Object.keys(changesOf(wanted, DEFAULTS)).length === 0;

  function want(next: Settings) {
    const left = changesOf(saved, next);
    setDraft(Object.keys(left).length > 0 ? JSON.stringify(left) : "");
  }

  return (
    <>
      <div className="mb-6 flex flex-wrap items-end gap-x-4 gap-y-3">
        <div className="mr-auto">
          <h1 className="text-2xl font-semibold tracking-tight">Settings</h1>
          <p className="mt-1 text-sm text-muted-foreground">
            How this project is searched, and what its answers are made from.
          </p>
        </div>
        <Button variant="ghost" disabled={isDefault} onClick={() => want(DEFAULTS)}>
          <RotateCcw aria-hidden /> Reset to defaults
        </Button>
      </div>
      <div className="grid items-start gap-8 lg:grid-cols-[minmax(0,5fr)_minmax(0,6fr)]">
        <div>
          <SettingsForm settings={wanted} saved={response} onChange={want} />
          <div className="sticky bottom-0 z-10 -mx-1 mt-6 flex flex-wrap items-center gap-3 border-t bg-background/95 px-1 py-3 backdrop-blur-sm">
            <p role="status" className="mr-auto text-sm text-muted-foreground">
              {dirty ? "Not saved yet. Try it first, if you like." : "All changes are saved."}
            </p>
            <Button variant="ghost" disabled={!dirty || save.isPending} onClick={() => setDraft("")}>
              Discard
            </Button>
            <Button
              variant="primary"
              busy={save.isPending}
              disabled={!dirty}
              onClick={() =>
                save.mutate(changes, {
                  onSuccess: () => {
                    setDraft("");
                    toast.success("The settings are saved.");
                  },
                  onError: (error) => toast.error(sentenceOf(error)),
                })
              }
            >
              Save
            </Button>
          </div>
        </div>
        <TryIt projectId={projectId} settings={wanted} unsaved={dirty} />
      </div>
    </>
  );
}
