"use client";

import { useCallback, useMemo, useState, type ReactNode } from "react";

import { Skeleton } from "@/components/ui/skeleton";
import { Tabs, TabsContent, TabsList, TabsTrigger } from "@/components/ui/tabs";
import type { Chunk, Document } from "@/lib/api/types";
import { cn } from "@/lib/cn";
import { lazyPart } from "@/lib/lazy-part";

import { DocumentHeading } from "./document-heading";
import { healthOf } from "./health";
import { Original } from "./original";

const ChunkList = lazyPart(
  () => import("./chunk-list").then((module) => module.ChunkList),
  <Skeleton className="min-h-40 flex-1 rounded-xl" />,
);
const HealthList = lazyPart(() => import("./health-list").then((module) => module.HealthList));
const StageList = lazyPart(() => import("./stage-list").then((module) => module.StageList));

interface DocumentDetailsProps {
  projectId: string;
  document: Document;
  firstChunkId: string | null;
  back: ReactNode;
}

type Tab = "chunks" | "stages" | "original";

/** What is shown of the original: the place of a chunk, or a page. */
interface Place {
  chunk: Chunk | null;
  page: number | null;
}

const NOWHERE: Place = { chunk: null, page: null };

/** What was read from a document, beside the document itself. On a small screen the original is a tab of its own. */
export function DocumentDetails({ projectId, document, firstChunkId, back }: DocumentDetailsProps) {
  const ready = document.status === "completed";
  const [tab, setTab] = useState<Tab>(ready ? "chunks" : "stages");
  const [place, setPlace] = useState<Place>(NOWHERE);
  const health = useMemo(() => healthOf(document), [document]);
  const select = useCallback((chunk: Chunk) => setPlace({ chunk, page: null }), []);
  const roomy = () => window.matchMedia("(min-width: 64rem)").matches;
  const original = <Original document={document} chunk={place.chunk} page={place.page} />;

  return (
    <div className="mx-auto flex w-full max-w-[100rem] flex-1 flex-col px-4 pt-5 sm:px-6 lg:h-[calc(100dvh-3.5rem)] lg:min-h-0 lg:flex-none">
      {back}
      <DocumentHeading
        projectId={projectId}
        document={document}
        warnings={health.filter(({ warning }) => warning).length}
        onWarnings={() => setTab("stages")}
      />
      <div className="grid min-h-0 flex-1 gap-6 lg:grid-cols-2">
        <Tabs value={tab} onValueChange={setTab} className="flex min-h-0 min-w-0 flex-col lg:pb-4">
          <TabsList aria-label="Document">
            <TabsTrigger value="chunks">Chunks</TabsTrigger>
            <TabsTrigger value="stages">How it was read</TabsTrigger>
            <TabsTrigger value="original" className="lg:hidden">
              Original
            </TabsTrigger>
          </TabsList>
          <TabsContent value="chunks" className="flex min-h-0 flex-1 flex-col focus-visible:outline-none">
            <ChunkList
              document={document}
              firstChunkId={firstChunkId}
              selectedId={place.chunk?.id ?? null}
              onSelect={select}
              onShow={(shown) => {
                select(shown);
                setTab("original");
              }}
            />
          </TabsContent>
          <TabsContent value="stages" className="min-h-0 flex-1 overflow-y-auto focus-visible:outline-none">
            <HealthList
              findings={health}
              onPage={
                document.content_type === "application/pdf"
                  ? (page) => {
                      setPlace({ chunk: null, page });
                      if (!roomy()) setTab("original");
                    }
                  : undefined
              }
            />
            <StageList document={document} />
          </TabsContent>
          <TabsContent value="original" className="h-[75dvh] py-4 focus-visible:outline-none lg:hidden">
            {original}
          </TabsContent>
        </Tabs>
        <section
          aria-label="Original"
          className={cn("hidden min-h-0 min-w-0 pb-4 lg:flex lg:flex-col", tab === "original" && "lg:flex")}
        >
          {original}
        </section>
      </div>
    </div>
  );
}
