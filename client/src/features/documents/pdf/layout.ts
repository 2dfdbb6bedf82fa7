import type { PdfHighlight } from "../pdf-viewer";

export const PAGE_GAP_PX = 12;
export const PAGE_MARGIN_PX = 12;
export const ZOOMS = [0.5, 0.75, 1, 1.25, 1.5, 2, 3] as const;

export function nextZoom(zoom: number, direction: 1 | -1): number {
  const steps = direction === 1 ? ZOOMS : ZOOMS.toReversed();
  return steps.find((step) => (step - zoom) * direction > 0.001) ?? zoom;
}

/** What to bring into view of a page, from 0 at its top to 1; its beginning where nothing is highlighted. */
export function topOfHighlights(highlights: readonly PdfHighlight[], page: number): number {
  const tops = highlights.filter((box) => box.page === page).map(({ y0 }) => y0);
  return tops.length > 0 ? Math.max(0, Math.min(...tops)) : 0;
}

export interface Band {
  left: number;
  top: number;
  width: number;
  height: number;
}

const clamp = (value: number) => Math.min(1, Math.max(0, value));
const PAD_X = 0.003;
const PAD_Y = 0.0015;

/** The boxes of a page in shares of it, a little larger than the lines, and never past its edges. */
export function bandsOf(highlights: readonly PdfHighlight[], page: number): Band[] {
  return highlights
    .filter((box) => box.page === page && box.x1 > box.x0 && box.y1 > box.y0)
    .map((box) => {
      const left = clamp(box.x0 - PAD_X);
      const top = clamp(box.y0 - PAD_Y);
      return { left, top, width: clamp(box.x1 + PAD_X) - left, height: clamp(box.y1 + PAD_Y) - top };
    });
}

export function clampPage(page: number, pageCount: number): number {
  return Math.min(Math.max(1, Math.round(page)), Math.max(1, pageCount));
}
