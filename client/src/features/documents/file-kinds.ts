import type { Config } from "@/lib/api/types";
import { formatBytes } from "@/lib/format";

const LABELS: Record<string, string> = {
  "application/pdf": "PDF",
  "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "Word",
  "application/vnd.openxmlformats-officedocument.presentationml.presentation": "PowerPoint",
  "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "Excel",
  "application/msword": "Word",
  "application/vnd.oasis.opendocument.spreadsheet": "ODS",
  "application/vnd.ms-excel": "Excel",
  "application/vnd.ms-powerpoint": "PowerPoint",
  "application/epub+zip": "EPUB",
  "application/rtf": "RTF",
  "application/vnd.oasis.opendocument.text": "ODT",
  "message/rfc822": "E-mail",
  "text/csv": "CSV",
  "text/tab-separated-values": "TSV",
  "text/rtf": "RTF",
  "application/xhtml+xml": "HTML",
  "image/jpeg": "JPEG",
  "image/png": "PNG",
  "image/tiff": "TIFF",
  "image/webp": "WebP",
  "text/html": "HTML",
  "text/markdown": "Markdown",
  "text/plain": "Text",
};

/** What people call a media type. */
export function kindOf(contentType: string): string {
  const known = LABELS[contentType];
  if (known) return known;
  const subtype = contentType.split("/")[1] ?? "";
  return subtype && subtype !== "octet-stream" ? subtype.replace(/^x-/, "").toUpperCase() : "File";
}

/** What its pages are called: one, and several. */
export function pageWords(contentType: string): [one: string, many: string] {
  const kind = kindOf(contentType);
  if (kind === "Excel" || kind === "ODS") return ["sheet", "sheets"];
  return kind === "PowerPoint" ? ["slide", "slides"] : ["page", "pages"];
}

/** "PDF, Word, HTML": what is taken, each kind once, in the order of the server. */
export function kindsOf(mediaTypes: readonly string[]): string {
  return new Intl.ListFormat("en", { type: "unit" }).format([...new Set(mediaTypes.map(kindOf))]);
}

export function extensionOf(name: string): string {
  const dot = name.lastIndexOf(".");
  return dot > 0 && !name.slice(dot).includes("/") ? name.slice(dot).toLowerCase() : "";
}

type Limits = Config["uploads"];

/** The sentence that says why a file cannot be taken; undefined where it can. The server has the last word. */
export function refusalOf(
  file: { name: string; size: number; type: string },
  limits: Limits,
): string | undefined {
  const extension = extensionOf(file.name);
  const readable = limits.media_types.includes(file.type) || limits.extensions.includes(extension);
  if (!readable) {
    return `Files of this kind${extension ? ` (${extension})` : ""} are not read. What is: ${limits.extensions.join(", ")}.`;
  }
  if (file.size === 0) return "The file is empty.";
  if (file.size > limits.max_bytes) {
    return `The file has ${formatBytes(file.size)}; at most ${formatBytes(limits.max_bytes)} are taken. Split it and upload the parts.`;
  }
  return undefined;
}
