/** What the steps of an answer are called. A step that this client does not know is shown under the server's own name. */

const CALLS: Readonly<Record<string, string>> = {
  plan: "Work out the search",
  answer: "Write the answer",
  guardrail: "Check the question",
  rewrite: "Rewrite the question",
  standalone_question: "Rewrite the question",
  variations: "Vary the question",
  supervise: "Decide what to search",
  supervisor: "Decide what to search",
  suggest: "Suggest questions",
  suggestions: "Suggest questions",
  title: "Name the chat",
};

const STAGES: Readonly<Record<string, string>> = {
  guardrail: "Check the question",
  rewrite: "Rewrite the question",
  follow_up: "Rewrite the question",
  search: "Search the documents",
  rag_search: "Search the documents",
  web_search: "Search the web",
  search_web: "Search the web",
  rerank: "Rank a second time",
  model_call: "Language model",
  small_model_call: "Small language model",
  grounding: "Compare with the sources",
  suggestions: "Suggest questions",
  title: "Name the chat",
};

const CHECKS: Readonly<Record<string, string>> = {
  token_count: "Length",
  toxicity: "Abuse and harm",
  prompt_injection: "Attack on the assistant",
  personal_data: "Personal data",
};

/** The check that stopped a question. */
export function checkName(check: string): string {
  return CHECKS[check] ?? words(check);
}

/** "some_stage" as words. */
export function words(name: string): string {
  const spaced = name.replaceAll("_", " ").trim();
  return spaced.charAt(0).toUpperCase() + spaced.slice(1);
}

/** The purpose tells the calls of a model apart. */
export function stageName(name: string, purpose: string | null = null): string {
  if (name.endsWith("model_call") && purpose) return CALLS[purpose] ?? words(purpose);
  return STAGES[name] ?? words(name);
}
