import { formatNumber } from "@/lib/format";
import type { Citation } from "@/lib/api/types";

/** "page 4", or of a spreadsheet "sheet Sales, rows 5–7"; null where a document has neither. */
export function placeInDocument({
  page_number,
  locations,
}: Pick<Citation, "page_number"> & { locations?: Citation["locations"] }): string | null {
  const rows = (locations ?? []).flatMap(({ row }) => (typeof row === "number" ? [row] : []));
  if (rows.length > 0) {
    const [first, last] = [Math.min(...rows), Math.max(...rows)];
    const lines =
      first === last ? `row ${formatNumber(first)}` : `rows ${formatNumber(first)}–${formatNumber(last)}`;
    const sheet = locations?.[0]?.sheet;
    return sheet ? `sheet ${sheet}, ${lines}` : lines;
  }
  return page_number === null ? null : `page ${formatNumber(page_number)}`;
}

/** The same at the beginning of a line. */
export function placeAsLabel(citation: Parameters<typeof placeInDocument>[0]): string | null {
  const place = placeInDocument(citation);
  return place === null ? null : place.charAt(0).toUpperCase() + place.slice(1);
}
