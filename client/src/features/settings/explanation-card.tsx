import { Check, CircleHelp, X } from "lucide-react";
import Link from "next/link";

import { reasonInWords } from "@/features/chat/trace/read-trace";
import type { Explanation } from "@/lib/api/types";
import { cn } from "@/lib/cn";
import { counted, formatNumber } from "@/lib/format";
import { routes } from "@/lib/routes";

interface ExplanationCardProps {
  projectId: string;
  explanation: Explanation;
  settings: ReadonlyMap<string, number>;
}

/** Why a passage was found, or was not: its place in each list, what cut it, and the words that it shares. */
export function ExplanationCard({ projectId, explanation, settings }: ExplanationCardProps) {
  const { document_id: documentId, chunk_id: chunkId, document_name: name, words } = explanation;
  const ranked = (rank: number | null, score: number | null, none: string) =>
    rank === null || score === null ? none : `#${formatNumber(rank)} (${formatNumber(score, 3)})`;
  const facts: [string, string][] = [
    ["By meaning", ranked(explanation.vector_rank, explanation.vector_score, "not compared")],
    ["By words", ranked(explanation.keyword_rank, explanation.keyword_score, "not found")],
    [
      "Among the candidates",
      explanation.candidate_rank === null
        ? "not one of them"
        : `#${formatNumber(explanation.candidate_rank)}`,
    ],
  ];
  return (
    <section aria-label="Explanation" className="grid gap-3 rounded-lg border bg-muted/50 p-3.5 text-sm">
      <h3 className="flex gap-2 font-medium">
        <CircleHelp aria-hidden className="mt-0.5 size-4 shrink-0 text-primary-text" />
        <span className="min-w-0 [overflow-wrap:anywhere]">
          {explanation.kept ? "Found: " : "Not found: "}
          <Link
            href={`${routes.document(projectId, documentId)}?chunk=${chunkId}`}
            prefetch={false}
            className="underline underline-offset-4"
          >
            {name}, passage {formatNumber(explanation.chunk_index + 1)}
          </Link>
        </span>
      </h3>
      <p>{reasonInWords(explanation.reason, settings)}.</p>
      <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-1">
        {facts.map(([label, value]) => (
          <div key={label} className="contents">
            <dt className="text-muted-foreground">{label}</dt>
            <dd className="tabular-nums">{value}</dd>
          </div>
        ))}
      </dl>
      {words.length > 0 ? (
        <ul aria-label="Words of the question" className="flex flex-wrap gap-1.5">
          {words.map(({ word, in_chunk: inChunk, chunks, closest }) => {
            const Icon = inChunk ? Check : X;
            return (
              <li
                key={word}
                title={`In ${counted(chunks, "passage", "passages")} of the project`}
                className={cn(
                  "inline-flex items-center gap-1 rounded-full px-2 py-0.5 text-xs",
                  inChunk ? "bg-success-soft text-success-text" : "bg-muted text-muted-foreground",
                )}
              >
                <Icon aria-label={inChunk ? "In the passage" : "Not in the passage"} className="size-3.5" />
                <bdi>{word}</bdi>
                {closest ? <span>≈ {closest}</span> : null}
              </li>
            );
          })}
        </ul>
      ) : null}
    </section>
  );
}
