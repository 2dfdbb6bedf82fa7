import { ShieldAlert } from "lucide-react";

import type { FlaggedPassage } from "./read-trace";

/** Wording in the passages that speaks to a language model, shown so that a reader can judge it. */
export function FlaggedPassages({ passages }: { passages: readonly FlaggedPassage[] }) {
  return (
    <>
      <p className="flex gap-2 text-sm text-muted-foreground">
        <ShieldAlert aria-hidden className="mt-0.5 size-4 shrink-0 text-warning-text" />
        These passages have wording that speaks to a language model. They were given to it as data, with the
        order not to follow them.
      </p>
      <ul className="divide-y rounded-lg border text-sm" aria-label="Passages that speak to the model">
        {passages.map(({ source, places }, index) => (
          <li key={index} className="grid gap-1.5 px-3 py-2">
            <bdi className="font-medium [overflow-wrap:anywhere]">{source}</bdi>
            {places.map(({ kind, text }, place) => (
              <p key={place} className="grid gap-0.5">
                <span className="text-xs text-muted-foreground">{kind}</span>
                <q dir="auto" className="[overflow-wrap:anywhere]">
                  {text}
                </q>
              </p>
            ))}
          </li>
        ))}
      </ul>
    </>
  );
}
