/** The server's limit, in characters as Unicode counts them. */
export const MAX_QUESTION_CHARACTERS = 32_000;
export const COUNTED_FROM_LEFT = 1000;

/** How many characters may still be written; negative where there are too many. */
export function charactersLeft(text: string): number {
  // Counting by code points takes time that is only spent near the limit, where it matters.
  if (text.length <= MAX_QUESTION_CHARACTERS - COUNTED_FROM_LEFT)
    return MAX_QUESTION_CHARACTERS - text.length;
  let characters = 0;
  for (let index = 0; index < text.length; characters += 1)
    index += (text.codePointAt(index) ?? 0) > 0xffff ? 2 : 1;
  return MAX_QUESTION_CHARACTERS - characters;
}
