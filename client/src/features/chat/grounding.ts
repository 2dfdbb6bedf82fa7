/** Sentences of an answer that nothing in its sources is close to. What the server says of them is read with care. */
export function unsupportedSentences(grounding: readonly unknown[]): string[] {
  return grounding.flatMap((entry) => {
    if (typeof entry !== "object" || entry === null) return [];
    const { supported, sentence } = entry as Record<string, unknown>;
    return supported === false && typeof sentence === "string" ? [sentence] : [];
  });
}
