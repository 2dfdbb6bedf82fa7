import { lastSentence } from "../markdown/citation-markers";

const MARKER = /\[(\d{1,4})\]/g;

/** What an answer says with a citation's number behind it: the sentence before each of its markers. */
export function claimsOf(answer: string, number: number): string[] {
  const claims = new Set<string>();
  for (const line of answer.split("\n")) {
    for (const match of line.matchAll(MARKER)) {
      if (Number(match[1]) !== number) continue;
      const claim = lastSentence(line.slice(0, match.index).replace(MARKER, ""));
      if (claim !== "") claims.add(claim);
    }
  }
  return [...claims];
}
