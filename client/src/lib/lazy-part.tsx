"use client";

import { type ComponentType, type ReactNode, useEffect, useState } from "react";

import { createMissingParts } from "./missing-parts";

/** One for the page: `ConnectionBanner` says when there are any. */
export const missingParts = createMissingParts();

/**
 * A component whose code comes when it is first shown, never with the page. Until it is there, `waiting` stands in its
 * place; where it does not arrive, it is asked for again and the rest of the page goes on. `load` is called once an
 * attempt: what it imports is loaded once.
 */
export function lazyPart<Props extends object>(
  load: () => Promise<ComponentType<Props>>,
  waiting: ReactNode | ((props: Props) => ReactNode) = null,
): ComponentType<Props> {
  let loaded: ComponentType<Props> | null = null;

  return function LazyPart(props: Props) {
    const [Part, setPart] = useState<ComponentType<Props> | null>(() => loaded);
    useEffect(() => {
      if (Part) return;
      return missingParts.load(async () => {
        const arrived = (loaded ??= await load());
        setPart(() => arrived);
      });
    }, [Part]);
    if (Part) return <Part {...props} />;
    return typeof waiting === "function" ? waiting(props) : waiting;
  };
}
