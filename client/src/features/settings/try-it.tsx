"use client";

import { FlaskConical, Search } from "lucide-react";
import { useState, type SyntheticEvent } from "react";

import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { Input } from "@/components/ui/input";
import { Skeleton } from "@/components/ui/skeleton";
import { EmptyState, ErrorState } from "@/components/ui/states";
import { DocumentPicker, type Picked } from "@/features/documents/document-picker";
import { usePicked } from "@/features/documents/use-picked";
import { sentenceOf } from "@/lib/api/errors";
import type { SearchResponse } from "@/lib/api/types";
import { useDraft } from "@/lib/use-draft";

import { useTrial, type Explained } from "./queries";
import type { Settings } from "./setting-values";
import { TrialResults } from "./trial-results";

interface TryItProps {
  projectId: string;
  settings: Settings;
  unsaved: boolean;
}

/** Runs a search with the settings as they stand in the form, and shows why each passage was found. */
export function TryIt({ projectId, settings, unsaved }: TryItProps) {
  const [query, setQuery] = useDraft(`try:${projectId}`);
  const [picked, setPicked] = usePicked(`try:${projectId}`);
  const trial = useTrial(projectId);
  const [shown, setShown] = useState<SearchResponse>();
  // What is found stays to be seen while a passage is being explained.
  const explained = trial.variables?.explain;

  function run(documents: readonly Picked[] = picked, explain?: Explained) {
    if (!query.trim() || trial.isPending) return;
    trial.mutate(
      {
        query: query.trim(),
        settings,
        documentIds: documents.map(({ id }) => id),
        ...(explain ? { explain } : {}),
      },
      { onSuccess: setShown },
    );
  }

  function submit(event: SyntheticEvent) {
    event.preventDefault();
    run();
  }

  const stale = trial.isSuccess && trial.variables.settings !== settings;
  return (
    <Card role="search" aria-label="Try it" className="overflow-hidden lg:sticky lg:top-20">
      <form onSubmit={submit} className="grid gap-3 border-b p-5">
        <div>
          <h2 className="flex items-center gap-2 font-semibold tracking-tight">
            <FlaskConical aria-hidden className="size-4 text-primary-text" /> Try it
          </h2>
          <p className="mt-1 text-sm text-muted-foreground">
            Searches with the settings as they stand here{unsaved ? ", saved or not" : ""}.
          </p>
        </div>
        <div className="flex gap-2">
          <Input
            type="search"
            aria-label="Question to search with"
            placeholder="What would you ask?"
            value={query}
            maxLength={8000}
            onChange={(event) => setQuery(event.target.value)}
          />
          <Button type="submit" variant="primary" busy={trial.isPending} disabled={!query.trim()}>
            <Search aria-hidden /> Search
          </Button>
        </div>
        <DocumentPicker projectId={projectId} picked={picked} onPick={setPicked} className="-my-1 -ml-2" />
        {stale ? (
          <p role="status" className="text-sm text-warning-text">
            The settings have changed since.{" "}
            <Button variant="link" size="inline" onClick={() => run()}>
              Search again
            </Button>
          </p>
        ) : null}
      </form>
      <div className="lg:max-h-[calc(100dvh-17rem)] lg:overflow-y-auto">
        {trial.isPending && !explained ? (
          <div role="status" aria-busy aria-label="Searching" className="grid gap-3 p-5">
            <Skeleton className="h-24" />
            <Skeleton className="h-24" />
          </div>
        ) : null}
        {trial.isError ? (
          <ErrorState
            title="The search failed"
            detail={sentenceOf(trial.error)}
            actions={<Button onClick={() => run(picked, explained)}>Try again</Button>}
          />
        ) : null}
        {shown && (trial.isSuccess || (trial.isPending && explained)) ? (
          <TrialResults
            projectId={projectId}
            response={shown}
            explained={explained}
            explaining={trial.isPending}
            onExplain={(wanted) => run(picked, wanted)}
            onOnly={(documents) => {
              setPicked(documents);
              run(documents);
            }}
          />
        ) : null}
        {trial.isIdle ? (
          <EmptyState icon={Search} title="See what a question finds" className="py-10">
            Each passage comes with the figures by which it was ranked.
          </EmptyState>
        ) : null}
      </div>
    </Card>
  );
}
