"use client";

import { lazyPart } from "@/lib/lazy-part";

/** KaTeX, its styles and fonts come only where there is math. */
export const MathNode = lazyPart<{ tex: string; display: boolean }>(
  () => import("./math-view").then((module) => module.MathView),
  ({ tex }) => <code className="font-mono text-[0.9em]">{tex}</code>,
);
