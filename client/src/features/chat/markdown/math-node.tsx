"use client";

import { lazy, Suspense } from "react";

// KaTeX, its styles and fonts come only where there is math.
const MathView = lazy(() => import("./math-view"));

export function MathNode({ tex, display }: { tex: string; display: boolean }) {
  const source = <code className="font-mono text-[0.9em]">{tex}</code>;
  return (
    <Suspense fallback={source}>
      <MathView tex={tex} display={display} />
    </Suspense>
  );
}
