import { formatDuration, formatNumber } from "@/lib/format";

export const STAGES = ["partitioning", "chunking", "summarising", "vectorization"] as const;
export type Stage = (typeof STAGES)[number];

type Finding = readonly [name: string, value: string];

const NAMES: Record<string, string> = {
  format: "Format",
  pages: "Pages",
  chunks: "Chunks",
  chars: "Characters",
  chars_min: "Shortest chunk",
  chars_mean: "Average chunk",
  chars_max: "Longest chunk",
  chunks_with_tables: "Chunks with tables",
  chunks_with_images: "Chunks with pictures",
  linearised: "Tables as text",
  vectors: "Vectors",
  model: "Model",
  ocr_pages: "Pages recognised (OCR)",
};
/** The parser's element types, in the plural. */
const ELEMENTS: Record<string, string> = {
  Title: "Headings",
  NarrativeText: "Paragraphs",
  ListItem: "List items",
  Table: "Tables",
  Image: "Pictures",
  FigureCaption: "Captions",
  CodeSnippet: "Code blocks",
  Footnote: "Footnotes",
  Header: "Page headers",
  Footer: "Page footers",
  PageNumber: "Page numbers",
};
/** Shown elsewhere: beside the stage's name, or as its progress. */
const LEFT_OUT = new Set(["seconds", "pages_done", "vectors_done"]);

/** What a stage found, for people. A finding that this client does not know is shown under the server's own name. */
export function findingsOf(details: Record<string, unknown>): Finding[] {
  return Object.entries(details)
    .filter(([name]) => !LEFT_OUT.has(name))
    .flatMap(([name, value]): Finding[] => {
      if (name === "elements" && typeof value === "object" && value !== null) {
        return Object.entries(value).map(([type, count]) => [ELEMENTS[type] ?? spaced(type), shown(count)]);
      }
      if (name.endsWith("_seconds") && typeof value === "number") {
        return [[spaced(name.replace(/_seconds$/, "")), formatDuration(value * 1000)]];
      }
      if (value === null || value === undefined || typeof value === "object") return [];
      return [[NAMES[name] ?? spaced(name), shown(value)]];
    });
}

function shown(value: unknown): string {
  if (typeof value === "number") return formatNumber(value);
  if (typeof value === "boolean") return value ? "yes" : "no";
  return typeof value === "string" ? value : "";
}

/** `NarrativeText` and `store_seconds` as words. */
function spaced(name: string): string {
  const words = name
    .replace(/_/g, " ")
    .replace(/([a-z])([A-Z])/g, "$1 $2")
    .toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}
