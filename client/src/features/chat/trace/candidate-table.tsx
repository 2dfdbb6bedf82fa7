"use client";

import { Check, X } from "lucide-react";
import type { ReactNode } from "react";

import { Table, TableCell, TableHead } from "@/components/ui/table";
import { cn } from "@/lib/cn";
import { formatNumber } from "@/lib/format";

import { reasonInWords, type Candidate } from "./read-trace";

interface Figure {
  name: string;
  title: string;
  rank?: (candidate: Candidate) => number | null;
  score: (candidate: Candidate) => number | null;
  digits: number;
}

const FIGURES: readonly Figure[] = [
  {
    name: "Vector",
    title: "Rank and score by meaning",
    rank: (c) => c.vectorRank,
    score: (c) => c.vectorScore,
    digits: 2,
  },
  {
    name: "Keyword",
    title: "Rank and score by words",
    rank: (c) => c.keywordRank,
    score: (c) => c.keywordScore,
    digits: 2,
  },
  { name: "Fused", title: "Both lists together", score: (c) => c.fusedScore, digits: 4 },
  { name: "Rerank", title: "Score of the second look", score: (c) => c.rerankScore, digits: 2 },
];

interface CandidateTableProps {
  candidates: readonly Candidate[];
  settings: ReadonlyMap<string, number>;
  /** The number of the citation that a chunk became. */
  cited: ReadonlyMap<string, number>;
  onOpenSource: (number: number) => void;
}

/** What a search found, with every figure that ranked it. Columns that have nothing to say are left out. */
export function CandidateTable({ candidates, settings, cited, onOpenSource }: CandidateTableProps) {
  const figures = FIGURES.filter(({ rank, score }) =>
    candidates.some((candidate) => score(candidate) !== null || (rank?.(candidate) ?? null) !== null),
  );
  return (
    <div className="rounded-lg border">
      <Table>
        <caption className="sr-only">Candidates of the search</caption>
        <thead>
          <tr>
            <TableHead>Candidate</TableHead>
            {figures.map(({ name, title }) => (
              <TableHead key={name} title={title} className="text-right">
                {name}
              </TableHead>
            ))}
          </tr>
        </thead>
        <tbody className="[&>tr:last-child>td]:border-0">
          {candidates.map((candidate, index) => (
            <tr
              key={`${candidate.chunkId} ${index}`}
              className={cn(!candidate.kept && "text-muted-foreground")}
            >
              <TableCell className="min-w-44">
                <div className="flex items-start gap-2">
                  {candidate.kept ? (
                    <Check aria-label="Kept" className="mt-0.5 size-4 shrink-0 text-success-text" />
                  ) : (
                    <X aria-label="Dropped" className="mt-0.5 size-4 shrink-0" />
                  )}
                  <div className="grid min-w-0">
                    <bdi className="line-clamp-2 [overflow-wrap:anywhere]">{candidate.documentName}</bdi>
                    <span className="text-xs text-muted-foreground">
                      <Place candidate={candidate} settings={settings} />
                    </span>
                  </div>
                  <Cited number={cited.get(candidate.chunkId)} onOpen={onOpenSource} />
                </div>
              </TableCell>
              {figures.map((figure) => (
                <TableCell key={figure.name} className="text-right whitespace-nowrap tabular-nums">
                  <FigureCell figure={figure} candidate={candidate} />
                </TableCell>
              ))}
            </tr>
          ))}
        </tbody>
      </Table>
    </div>
  );
}

function Place({
  candidate,
  settings,
}: {
  candidate: Candidate;
  settings: ReadonlyMap<string, number>;
}): ReactNode {
  const page = candidate.pageNumber === null ? null : `Page ${formatNumber(candidate.pageNumber)}`;
  const reason = candidate.reason === null ? null : reasonInWords(candidate.reason, settings);
  return [page, reason].filter((part) => part !== null).join(" · ");
}

function Cited({ number, onOpen }: { number: number | undefined; onOpen: (number: number) => void }) {
  if (number === undefined) return null;
  return (
    <button
      type="button"
      aria-label={`Open source ${number}`}
      onClick={() => onOpen(number)}
      className="mt-0.5 ml-auto grid size-5 shrink-0 place-items-center rounded-sm bg-primary-soft text-[0.6875rem] font-semibold text-primary-text tabular-nums hover:bg-primary hover:text-primary-foreground"
    >
      {number}
    </button>
  );
}

function FigureCell({ figure, candidate }: { figure: Figure; candidate: Candidate }) {
  const score = figure.score(candidate);
  const rank = figure.rank?.(candidate) ?? null;
  if (score === null && rank === null) return <span className="text-muted-foreground">–</span>;
  return (
    <>
      {rank === null ? null : (
        <span className="mr-2 text-xs text-muted-foreground">#{formatNumber(rank)}</span>
      )}
      {score === null ? null : formatNumber(score, figure.digits)}
    </>
  );
}
