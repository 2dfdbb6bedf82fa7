export interface Piece {
  text: string;
  marked: boolean;
}

/** A text as paragraphs, each cut where the passage begins and ends. */
export function paragraphsOf(text: string, passage: readonly [start: number, end: number] | null): Piece[][] {
  const [start, end] = passage ?? [0, 0];
  return [...text.matchAll(/[^\n]+(?:\n(?!\s*\n)[^\n]+)*/g)].map(({ 0: paragraph, index }) => {
    const from = Math.min(Math.max(start - index, 0), paragraph.length);
    const to = Math.min(Math.max(end - index, 0), paragraph.length);
    const pieces = [
      { text: paragraph.slice(0, from), marked: false },
      { text: paragraph.slice(from, to), marked: true },
      { text: paragraph.slice(Math.max(from, to)), marked: false },
    ];
    return pieces.filter((piece) => piece.text !== "");
  });
}

/** Where a passage stands in a text, as start and end; null where it is not there. White space may differ. */
export function locatePassage(text: string, passage: string): [start: number, end: number] | null {
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
