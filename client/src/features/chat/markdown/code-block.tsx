"use client";

import { CopyButton } from "../copy-button";

export function CodeBlock({ code, language }: { code: string; language: string | null | undefined }) {
  return (
    <figure className="group/code relative overflow-hidden rounded-lg border bg-muted">
      <figcaption className="flex h-9 items-center justify-between border-b pr-1 pl-3 text-xs text-muted-foreground">
        <span className="truncate font-mono">{language ?? "text"}</span>
        <CopyButton text={code} label="Copy code" />
      </figcaption>
      <pre
        dir="ltr"
        tabIndex={0}
        aria-label={language ? `Code in ${language}` : "Code"}
        className="overflow-x-auto px-3 py-2.5 font-mono text-[0.8125rem] leading-relaxed focus-visible:-outline-offset-2"
      >
        <code>{code}</code>
      </pre>
    </figure>
  );
}
