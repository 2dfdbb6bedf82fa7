import type { ProjectSettings } from "@/lib/api/types";

/** The settings that people try and save together. The embedding model is changed by itself: that takes its time. */
export type Settings = Pick<ProjectSettings, (typeof NAMES)[number]>;
export type Strategy = Settings["rag_strategy"];
export type Agent = Settings["agent_type"];
export type Fusion = Settings["fusion"];
export type TextConfiguration = Settings["text_configuration"];

const NAMES = [
  "rag_strategy",
  "agent_type",
  "num_chunks",
  "final_context_size",
  "use_reranking",
  "multi_query_count",
  "vector_weight",
  "keyword_weight",
  "similarity_threshold",
  "fusion",
  "text_configuration",
  "check_toxicity",
  "check_prompt_injection",
  "check_personal_data",
] as const satisfies (keyof ProjectSettings)[];

/** Those that no single search can change. */
const OF_THE_PROJECT = [
  "text_configuration",
  "check_toxicity",
  "check_prompt_injection",
  "check_personal_data",
] as const satisfies (keyof Settings)[];
export type SearchSettings = Omit<Settings, (typeof OF_THE_PROJECT)[number]>;

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
  fusion: "rrf",
  text_configuration: "english",
  check_toxicity: true,
  check_prompt_injection: true,
  check_personal_data: true,
};

export function isHybrid(strategy: Strategy): boolean {
  return strategy === "hybrid" || strategy === "multi_query_hybrid";
}

export function isMultiQuery(strategy: Strategy): boolean {
  return strategy === "multi_query_vector" || strategy === "multi_query_hybrid";
}

export function settingsOf(response: ProjectSettings): Settings {
  return Object.fromEntries(NAMES.map((name) => [name, response[name]])) as unknown as Settings;
}

/** What a search of its own takes of them. */
export function searchSettingsOf(settings: Settings): SearchSettings {
  const own = new Set<string>(OF_THE_PROJECT);
  return Object.fromEntries(
    Object.entries(settings).filter(([name]) => !own.has(name)),
  ) as unknown as SearchSettings;
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
