import { describe, expect, it } from "vitest";

import { bandsOf, clampPage, nextZoom, topOfHighlights } from "./layout";

const BOX = { page: 3, x0: 0.1, y0: 0.4, x1: 0.9, y1: 0.42 };

describe("highlights of a page", () => {
  it("are bands a little larger than their lines, within the page", () => {
    const [band] = bandsOf([BOX, { ...BOX, page: 4 }], 3);
    expect(band?.left).toBeLessThan(0.1);
    expect((band?.left ?? 0) + (band?.width ?? 0)).toBeGreaterThan(0.9);
    const [edge] = bandsOf([{ page: 1, x0: 0, y0: 0, x1: 1, y1: 1 }], 1);
    expect(edge).toEqual({ left: 0, top: 0, width: 1, height: 1 });
  });

  it("leave out boxes that have no area", () => {
    expect(bandsOf([{ ...BOX, x1: 0.1 }], 3)).toEqual([]);
  });

  it("say what to bring into view", () => {
    expect(topOfHighlights([BOX, { ...BOX, y0: 0.2 }], 3)).toBe(0.2);
    expect(topOfHighlights([BOX], 5)).toBe(0);
  });
});

describe("pages and zoom", () => {
  it("stay within what there is", () => {
    expect([clampPage(0, 10), clampPage(99, 10), clampPage(3.4, 10)]).toEqual([1, 10, 3]);
    expect([nextZoom(1, 1), nextZoom(1, -1), nextZoom(3, 1), nextZoom(0.5, -1)]).toEqual([
      1.25, 0.75, 3, 0.5,
    ]);
  });
});
