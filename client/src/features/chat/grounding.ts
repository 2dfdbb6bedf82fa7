import type { Message } from "@/lib/api/types";

/** Sentences of an answer that nothing in its sources is close to. */
export function unsupportedSentences(grounding: Message["grounding"]): string[] {
  return grounding.flatMap((entry) =>
    entry["supported"] === false && typeof entry["sentence"] === "string" ? [entry["sentence"]] : [],
  );
}
