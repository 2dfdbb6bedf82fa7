import type { ProjectSettings } from "@/lib/api/types";

/** The settings that people choose. The embedding model is the installation's. */
export type Settings = Omit<ProjectSettings, "project_id" | "updated_at" | "embedding_model">;
export type Strategy = Settings["rag_strategy"];
export type Agent = Settings["agent_type"];

/** What a new project starts with; the server has the same in `opentrace/projects/schemas.py`. */
export const DEFAULTS: Settings = {
  rag_strategy: "basic",
  agent_type: "simple",
  num_chunks: 5,
  final_context_size: 5,
  use_reranking: false,
  multi_query_count: 3,
  vector_weight: 0.7,
  keyword_weight: 0.3,
  similarity_threshold: 0.3,
};

/** What the server of this version can do; it refuses the rest with a sentence. */
export const AVAILABLE = {
  strategies: ["basic"] as readonly Strategy[],
  agents: ["simple"] as readonly Agent[],
  reranking: false,
};

interface Choice<Value extends string> {
  value: Value;
  name: string;
  help: string;
}

export const STRATEGIES: readonly Choice<Strategy>[] = [
  {
    value: "basic",
    name: "By meaning",
    help: "Finds passages that mean what the question means, also in other words. A good start.",
  },
  {
    value: "hybrid",
    name: "By meaning and words",
    help: "Also looks for the exact words: better for names, numbers and codes.",
  },
  {
    value: "multi_query_vector",
    name: "Several questions, by meaning",
    help: "Asks the question in several ways and brings the findings together. Finds more, takes longer.",
  },
  {
    value: "multi_query_hybrid",
    name: "Several questions, by meaning and words",
    help: "Both of the above: the widest net, and the slowest.",
  },
];

export const AGENTS: readonly Choice<Agent>[] = [
  { value: "simple", name: "Documents only", help: "Searches the documents, then answers from them." },
  {
    value: "agentic",
    name: "Documents and the web",
    help: "Decides for each question what to search, and may look on the web too.",
  },
];

export interface NumberField {
  name: "num_chunks" | "final_context_size" | "multi_query_count" | "similarity_threshold";
  label: string;
  help: string;
  min: number;
  max: number;
  step: number;
  digits: number;
}

const NUMBERS: readonly NumberField[] = [
  {
    name: "num_chunks",
    label: "Passages to find",
    help: "How many passages a search returns. More of them find more, and bring in what fits less well.",
    min: 1,
    max: 100,
    step: 1,
    digits: 0,
  },
  {
    name: "final_context_size",
    label: "Passages to answer from",
    help: "How many of the best passages the model reads. More give fuller answers, and take longer and more tokens.",
    min: 1,
    max: 50,
    step: 1,
    digits: 0,
  },
  {
    name: "similarity_threshold",
    label: "Least similarity",
    help: "Passages less like the question than this are left out: 0 keeps all, 1 only the same words. Lower it when answers miss something that is there.",
    min: 0,
    max: 1,
    step: 0.05,
    digits: 2,
  },
  {
    name: "multi_query_count",
    label: "Ways to ask",
    help: "Into how many variations the question is put.",
    min: 1,
    max: 10,
    step: 1,
    digits: 0,
  },
];

export function isHybrid(strategy: Strategy): boolean {
  return strategy === "hybrid" || strategy === "multi_query_hybrid";
}

export function isMultiQuery(strategy: Strategy): boolean {
  return strategy === "multi_query_vector" || strategy === "multi_query_hybrid";
}

/** The numbers that the strategy looks at. */
export function numbersOf(strategy: Strategy): readonly NumberField[] {
  return NUMBERS.filter(({ name }) => name !== "multi_query_count" || isMultiQuery(strategy));
}

export function settingsOf(response: ProjectSettings): Settings {
  return pick(response);
}

function pick(source: Settings): Settings {
  return Object.fromEntries(
    Object.keys(DEFAULTS).map((key) => [key, source[key as keyof Settings]]),
  ) as unknown as Settings;
}

/** What differs from what is saved. */
export function changesOf(saved: Settings, wanted: Settings): Partial<Settings> {
  return Object.fromEntries(
    Object.entries(wanted).filter(([key, value]) => value !== saved[key as keyof Settings]),
  );
}

/** Reads changes that were stored in this tab; anything that no longer fits is dropped. */
export function storedChanges(text: string): Partial<Settings> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== "object" || value === null) return {};
    const defaults: Record<string, unknown> = { ...DEFAULTS };
    return Object.fromEntries(
      Object.entries(value).filter(([key, entry]) => typeof entry === typeof defaults[key]),
    );
  } catch {
    return {};
  }
}
