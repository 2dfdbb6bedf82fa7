/** The part of a passage to show in few lines, around the sentence that a claim rests on most. */
export interface Excerpt {
  before: string;
  /** The sentence that has most words in common with the claim; empty where none has enough. */
  sentence: string;
  after: string;
}

const MOST_CHARACTERS = 420;
const ENOUGH = 0.34;
const SMALL_WORDS = new Set(
  "a an and as at be by for from in is it its of on or that the this to was were with".split(" "),
);

function wordsOf(text: string): Set<string> {
  const words = text.toLowerCase().match(/[\p{L}\p{N}]+(?:[.,][\p{N}]+)*/gu) ?? [];
  return new Set(words.filter((word) => !SMALL_WORDS.has(word)));
}

function sentencesOf(text: string): { start: number; end: number; text: string }[] {
  const segments = new Intl.Segmenter(undefined, { granularity: "sentence" }).segment(text);
  return [...segments].map(({ segment, index }) => ({
    start: index,
    end: index + segment.length,
    text: segment,
  }));
}

/** The share of the claim's words that a sentence has. */
function shared(claim: ReadonlySet<string>, sentence: string): number {
  const words = wordsOf(sentence);
  let common = 0;
  for (const word of claim) if (words.has(word)) common += 1;
  return claim.size === 0 ? 0 : common / claim.size;
}

/** The sentence of a passage that a claim rests on most, as start and end; null where none has enough of its words. */
export function sentenceFor(passage: string, claim: string): readonly [start: number, end: number] | null {
  const wanted = wordsOf(claim);
  let best: readonly [start: number, end: number] | null = null;
  let most = ENOUGH;
  for (const { start, end, text } of sentencesOf(passage)) {
    const share = shared(wanted, text);
    if (share > most || (share === most && best === null)) {
      best = [start, start + text.trimEnd().length || end];
      most = share;
    }
  }
  return best;
}

export function excerptOf(passage: string, claim: string): Excerpt {
  const found = sentenceFor(passage, claim);
  if (!found) return { before: shortened(passage, MOST_CHARACTERS), sentence: "", after: "" };
  const [start, end] = found;
  const sentence = shortened(passage.slice(start, end).trim(), MOST_CHARACTERS);
  const room = Math.max(0, MOST_CHARACTERS - sentence.length);
  const beforeAll = passage.slice(0, start);
  const sentenceBefore = sentencesOf(passage).findLast((other) => other.end <= start);
  const before = sentenceBefore && sentenceBefore.text.length <= room / 2 ? sentenceBefore.text : "";
  const after = shortened(passage.slice(end).trimStart(), room - before.length);
  return {
    before: before.length < beforeAll.trim().length ? `… ${before.trimStart()}` : before,
    sentence,
    after: after === "" ? "" : ` ${after}`,
  };
}

function shortened(text: string, characters: number): string {
  if (text.length <= characters) return text;
  const cut = text.slice(0, Math.max(0, characters));
  const word = cut.slice(0, cut.lastIndexOf(" ") + 1).trimEnd();
  return word === "" ? (cut === "" ? "" : `${cut}…`) : `${word}…`;
}
