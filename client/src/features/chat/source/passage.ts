import { sentenceFor } from "./excerpt";

export type Range = readonly [start: number, end: number];

export interface Piece {
  text: string;
  /** Whether it is of the passage that was found. */
  marked: boolean;
  /** Whether it is of a sentence that the answer rests on. */
  quoted: boolean;
}

/** A text as paragraphs, each cut where the passage and the sentences in it begin and end. */
export function paragraphsOf(text: string, passage: Range | null, quotes: readonly Range[] = []): Piece[][] {
  const ranges = [...(passage ? [passage] : []), ...quotes];
  const within = (range: Range, at: number) => range[0] <= at && at < range[1];
  return [...text.matchAll(/[^\n]+(?:\n(?!\s*\n)[^\n]+)*/g)].map(({ 0: paragraph, index }) => {
    const end = index + paragraph.length;
    const cuts = [index, ...ranges.flat().filter((at) => at > index && at < end), end];
    const places = [...new Set(cuts)].sort((a, b) => a - b);
    return places.slice(0, -1).map((from, place) => ({
      text: text.slice(from, places[place + 1]),
      marked: passage !== null && within(passage, from),
      quoted: quotes.some((quote) => within(quote, from)),
    }));
  });
}

/** The sentences of a passage that the claims rest on. */
export function quotesIn(text: string, passage: Range | null, claims: readonly string[]): Range[] {
  if (!passage) return [];
  const [start, end] = passage;
  const within = text.slice(start, end);
  return claims.flatMap((claim) => {
    const sentence = sentenceFor(within, claim);
    return sentence ? [[start + sentence[0], start + sentence[1]] as const] : [];
  });
}

/** Where a passage stands in a text, as start and end; null where it is not there. White space may differ. */
export function locatePassage(text: string, passage: string): Range | null {
  const wanted = passage.trim();
  if (wanted === "") return null;
  const exact = text.indexOf(wanted);
  if (exact >= 0) return [exact, exact + wanted.length];
  const places: number[] = [];
  let bare = "";
  for (let index = 0; index < text.length; index += 1) {
    const character = text.charAt(index);
    if (/\s/.test(character)) continue;
    places.push(index);
    bare += character;
  }
  const bareWanted = wanted.replace(/\s+/g, "");
  const at = bare.indexOf(bareWanted);
  const first = places[at];
  const last = places[at + bareWanted.length - 1];
  return at < 0 || first === undefined || last === undefined ? null : [first, last + 1];
}
