/** The server's account of an answer, read with care: which details a step has depends on the step and the version. */
import type { Trace } from "@/lib/api/types";

import { searchNotes, type SearchNotes } from "./search-notes";
import { checkName, stageName, words } from "./stage-names";

export interface StageView {
  name: string;
  label: string;
  detail: string | null;
  startMs: number;
  /** Null for a step that never ended. */
  durationMs: number | null;
  failed: boolean;
}

export interface Candidate {
  chunkId: string;
  documentName: string;
  pageNumber: number | null;
  vectorRank: number | null;
  vectorScore: number | null;
  keywordRank: number | null;
  keywordScore: number | null;
  fusedScore: number | null;
  rerankScore: number | null;
  kept: boolean;
  reason: string | null;
}

export interface SearchView {
  query: string;
  /** Where the query comes from. */
  origin: "question" | "follow_up" | "model";
  strategy: string | null;
  queries: string[];
  notes: SearchNotes;
  candidates: Candidate[];
  settings: ReadonlyMap<string, number>;
  milliseconds: { label: string; value: number }[];
}

/** A search of the web: what it showed, or why it showed nothing. */
export interface WebSearchView {
  query: string;
  engine: string | null;
  failed: string | null;
  results: { url: string; title: string; score: number | null }[];
}

/** A passage with wording that speaks to a language model. It is data, and not followed. */
export interface FlaggedPassage {
  source: string;
  places: { kind: string; text: string }[];
}

export interface TraceOfAnswer {
  model: string | null;
  question: string | null;
  /** What was searched for, where the chat gave a part of it. */
  standalone: string | null;
  /** The check that stopped the question. */
  refusal: { check: string; reason: string | null } | null;
  webSearches: WebSearchView[];
  flagged: FlaggedPassage[];
  stages: StageView[];
  searches: SearchView[];
  firstTokenMs: number | null;
  totalMs: number | null;
  inputTokens: number | null;
  outputTokens: number | null;
  error: string | null;
}

type Fields = Readonly<Record<string, unknown>>;

const isFields = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const text = (value: unknown): string | null => (typeof value === "string" && value !== "" ? value : null);
const figure = (value: unknown): number | null =>
  typeof value === "number" && Number.isFinite(value) ? value : null;
const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

export function readTrace(trace: Trace): TraceOfAnswer {
  const fields: Fields = { ...trace };
  const refusal = fields["refusal"];
  const standalone = text(fields["standalone_question"]);
  return {
    model: text(trace.model),
    question: text(trace.question),
    standalone: standalone === trace.question ? null : standalone,
    refusal: isFields(refusal)
      ? { check: text(refusal["check"]) ?? "", reason: text(refusal["reason"]) }
      : null,
    webSearches: listOf(fields["web_searches"]).filter(isFields).map(readWebSearch),
    flagged: listOf(fields["flagged_passages"]).filter(isFields).map(readFlagged),
    stages: (trace.stages ?? []).map(readStage),
    searches: (trace.searches ?? []).map(readSearch),
    firstTokenMs: figure(trace.usage?.first_token_ms),
    totalMs: figure(trace.usage?.total_ms),
    inputTokens: figure(trace.usage?.input_tokens),
    outputTokens: figure(trace.usage?.output_tokens),
    error: isFields(trace.error) ? text(trace.error["detail"]) : null,
  };
}

function readWebSearch(search: Fields): WebSearchView {
  return {
    query: text(search["query"]) ?? "",
    engine: text(search["engine"]),
    failed: text(search["failed"]),
    results: listOf(search["results"])
      .filter(isFields)
      .map((page) => ({
        url: text(page["url"]) ?? "",
        title: text(page["title"]) ?? text(page["url"]) ?? "",
        score: figure(page["score"]),
      })),
  };
}

function readFlagged(passage: Fields): FlaggedPassage {
  return {
    source: text(passage["source"]) ?? "Unnamed document",
    places: listOf(passage["places"])
      .filter(isFields)
      .map((place) => ({ kind: words(text(place["kind"]) ?? ""), text: text(place["text"]) ?? "" })),
  };
}

function readStage(stage: Fields): StageView {
  const name = text(stage["name"]) ?? "step";
  const purpose = text(stage["purpose"]);
  return {
    name,
    label: stageName(name, purpose),
    detail: detailOf(stage),
    startMs: figure(stage["start_ms"]) ?? 0,
    durationMs: figure(stage["duration_ms"]),
    failed: ["error", "failed"].some((name) => stage[name] !== undefined && stage[name] !== null),
  };
}

function detailOf(stage: Fields): string | null {
  const refusedBy = text(stage["refused_by"]);
  if (refusedBy) return `refused: ${checkName(refusedBy).toLowerCase()}`;
  const judge = text(stage["judged_by"]) ?? text(stage["rewritten_by"]) ?? text(stage["model"]);
  if (judge) return judge === "rules" || judge === "rule" ? "by rules" : `by ${judge}`;
  const query = text(stage["query"]);
  const found = figure(stage["found"]);
  if (query) return found === null ? `“${query}”` : `“${query}”, ${found} found`;
  return text(stage["failed"]) ?? text(stage["error"]);
}

/** In the order in which they come. */
const TIMES: Readonly<Record<string, string>> = {
  settings: "Settings",
  variations: "Variations",
  embed_query: "Embedding",
  search: "Search",
  rerank: "Reranking",
};
const ORDER = Object.keys(TIMES);

function originOf(origin: unknown): SearchView["origin"] {
  return origin === "model" || origin === "follow_up" ? origin : "question";
}

function readSearch(search: Fields): SearchView {
  const query = text(search["query"]) ?? "";
  const times = isFields(search["milliseconds"]) ? Object.entries(search["milliseconds"]) : [];
  const settings = isFields(search["settings"]) ? Object.entries(search["settings"]) : [];
  return {
    query,
    origin: originOf(search["origin"]),
    strategy: text(search["strategy"]),
    queries: listOf(search["queries"]).filter((entry) => typeof entry === "string"),
    notes: searchNotes(search),
    candidates: listOf(search["candidates"]).filter(isFields).map(readCandidate),
    settings: new Map(
      settings.flatMap(([name, value]) => (typeof value === "number" ? [[name, value]] : [])),
    ),
    milliseconds: times
      .toSorted(([a], [b]) => ORDER.indexOf(a) - ORDER.indexOf(b))
      .flatMap(([name, value]) =>
        typeof value === "number" && name !== "total" ? [{ label: TIMES[name] ?? words(name), value }] : [],
      ),
  };
}

function readCandidate(candidate: Fields): Candidate {
  return {
    chunkId: text(candidate["chunk_id"]) ?? "",
    documentName: text(candidate["document_name"]) ?? "Unnamed document",
    pageNumber: figure(candidate["page_number"]),
    vectorRank: figure(candidate["vector_rank"]),
    vectorScore: figure(candidate["vector_score"]),
    keywordRank: figure(candidate["keyword_rank"]),
    keywordScore: figure(candidate["keyword_score"]),
    fusedScore: figure(candidate["fused_score"]),
    rerankScore: figure(candidate["rerank_score"]),
    kept: candidate["kept"] === true,
    reason: text(candidate["dropped_because"]),
  };
}

const two = new Intl.NumberFormat(undefined, { maximumFractionDigits: 2 });

/** Why a candidate was dropped, with the number that decided. */
export function reasonInWords(reason: string, settings: ReadonlyMap<string, number>): string {
  const value = (name: string) => {
    const known = settings.get(name);
    return known === undefined ? "" : ` ${two.format(known)}`;
  };
  switch (reason) {
    case "below similarity_threshold":
      return `Below the similarity threshold${value("similarity_threshold")}`;
    case "beyond num_chunks":
      return `Not among the first${value("num_chunks")} found`;
    case "beyond final_context_size":
      return `Not among the${value("final_context_size")} best that are read`;
    default:
      return words(reason);
  }
}
