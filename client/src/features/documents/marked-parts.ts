const ANCHOR_LETTERS = 40;
const MOST_MARKUP = 3;
const LETTER = /[\p{L}\p{N}]/u;

interface Letters {
  text: string;
  /** Where each letter stands in what it was taken from. */
  at: number[];
}

/** Letters and digits alone: what lies between them (line ends, markup) is not the same in a file and in its chunks. */
function lettersOf(text: string): Letters {
  const at: number[] = [];
  let letters = "";
  for (let index = 0; index < text.length; index += 1) {
    const char = text.charAt(index);
    if (!LETTER.test(char)) continue;
    letters += char;
    at.push(index);
  }
  return { text: letters, at };
}

/** Finds a chunk in the text that it was read from, by its first and its last letters. */
export function markedParts(text: string, passage: string): [before: string, marked: string, after: string] {
  const wanted = lettersOf(passage).text;
  const nothing: [string, string, string] = [text, "", ""];
  if (wanted === "") return nothing;
  const { text: letters, at } = lettersOf(text);
  const lines = passage.split("\n").flatMap((line) => lettersOf(line).text || []);
  const first = (lines[0] ?? "").slice(0, ANCHOR_LETTERS);
  const last = (lines.at(-1) ?? "").slice(-ANCHOR_LETTERS);
  const start = letters.indexOf(first);
  if (start < 0) return nothing;
  const found = letters.indexOf(last, start + Math.max(0, wanted.length - last.length - 200));
  const end = found < 0 ? -1 : found + last.length;
  // An end that is far beyond the passage is another place with the same words.
  const stop = end < 0 || end - start > wanted.length * MOST_MARKUP + 200 ? start + first.length : end;
  const [from = 0, to = 0] = [at[start], at[stop - 1]];
  return [text.slice(0, from), text.slice(from, to + 1), text.slice(to + 1)];
}
