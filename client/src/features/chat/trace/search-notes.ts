/** What a search took into account besides the question, read with care: not every version says it. */

export interface PreferredDocument {
  id: string;
  name: string;
  /** What it shares with the question, in words. */
  matched: string[];
}

export interface SearchNotes {
  preferred: PreferredDocument[];
  /** The question asks for the newest of the documents that fit. */
  latest: boolean;
  reranker: string | null;
  /** Who made the variations of the question. */
  variationsBy: "model" | "rules" | null;
  /** What did not answer, and was done without. */
  failures: string[];
}

type Fields = Readonly<Record<string, unknown>>;

const isFields = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const text = (value: unknown): string => (typeof value === "string" ? value : "");
const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

const PARTS: Readonly<Record<string, string>> = {
  variations: "The variations of the question",
  rerank: "The second ranking",
};

export function searchNotes(trace: unknown): SearchNotes {
  const fields: Fields = isFields(trace) ? trace : {};
  const source = fields["query_source"];
  const failures = isFields(fields["failures"]) ? Object.entries(fields["failures"]) : [];
  return {
    preferred: listOf(fields["preferred_documents"])
      .filter(isFields)
      .map((document) => ({
        id: text(document["document_id"]),
        name: text(document["document_name"]),
        matched: listOf(document["matched"]).map(text).filter(Boolean).map(matchInWords),
      })),
    latest: fields["latest"] === true,
    reranker: text(fields["reranker"]) || null,
    variationsBy: source === "model" || source === "rules" ? source : null,
    failures: failures.map(
      ([part, reason]) => `${PARTS[part] ?? part} failed (${text(reason).replaceAll("_", " ")})`,
    ),
  };
}

/** "year:2023" as "year 2023". */
function matchInWords(match: string): string {
  return match.replace(":", " ").replaceAll("_", " ");
}
