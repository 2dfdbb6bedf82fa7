import {
  isMultiQuery,
  type Agent,
  type Fusion,
  type Settings,
  type Strategy,
  type TextConfiguration,
} from "./setting-values";

export interface Choice<Value extends string> {
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
    help: "Decides for each question what to search, and may look on the web too. What it takes from there is cited with its address.",
  },
];

export const FUSIONS: readonly Choice<Fusion>[] = [
  {
    value: "rrf",
    name: "By rank",
    help: "What stands high in both lists comes first. Sturdy: no score outweighs the others.",
  },
  {
    value: "scores",
    name: "By score",
    help: "The scores themselves are added. A passage that is far ahead in one list stays ahead.",
  },
];

export interface CheckField {
  name: "check_toxicity" | "check_prompt_injection" | "check_personal_data";
  label: string;
  help: string;
}

export const CHECKS: readonly CheckField[] = [
  {
    name: "check_toxicity",
    label: "Abuse and harm",
    help: "Questions that are abusive, or that ask for harm.",
  },
  {
    name: "check_prompt_injection",
    label: "Attacks on the assistant",
    help: "Questions that try to talk the assistant out of its rules.",
  },
  {
    name: "check_personal_data",
    label: "Personal data",
    help: "Questions with numbers of persons, cards or accounts. Off where your documents are about exactly that.",
  },
];

const ANY_LANGUAGE: TextConfiguration = "simple";

export function languageName(value: TextConfiguration): string {
  if (value === ANY_LANGUAGE) return "Any: words as they are written";
  return value.charAt(0).toUpperCase() + value.slice(1);
}

/** The languages whose word forms PostgreSQL knows. */
export const LANGUAGES: readonly TextConfiguration[] = [
  "simple",
  "english",
  "arabic",
  "armenian",
  "basque",
  "catalan",
  "danish",
  "dutch",
  "finnish",
  "french",
  "german",
  "greek",
  "hindi",
  "hungarian",
  "indonesian",
  "irish",
  "italian",
  "lithuanian",
  "nepali",
  "norwegian",
  "portuguese",
  "romanian",
  "russian",
  "serbian",
  "spanish",
  "swedish",
  "tamil",
  "turkish",
  "yiddish",
];

export interface NumberField {
  name: Extract<
    keyof Settings,
    "num_chunks" | "final_context_size" | "multi_query_count" | "similarity_threshold"
  >;
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

/** The numbers that the strategy looks at. */
export function numbersOf(strategy: Strategy): readonly NumberField[] {
  return NUMBERS.filter(({ name }) => name !== "multi_query_count" || isMultiQuery(strategy));
}
