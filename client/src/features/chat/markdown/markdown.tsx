"use client";

import { memo, useMemo, useState } from "react";

import { BlockReader } from "./blocks";
import type { RootContent } from "./nodes";
import { renderNode } from "./render";
import { markUnsupported } from "./unsupported";

const NONE: readonly string[] = [];

interface MarkdownProps {
  source: string;
  /** Whether more is to come at its end. */
  streaming?: boolean;
  /** Sentences that the sources do not support. */
  unsupported?: readonly string[];
}

/** Markdown of strangers: no HTML, no images, no scripts. Only the block that changes is drawn again. */
export function Markdown({ source, streaming = false, unsupported = NONE }: MarkdownProps) {
  const [reader] = useState(() => new BlockReader());
  return (
    <div className="grid min-w-0 gap-3 leading-relaxed [overflow-wrap:anywhere] *:min-w-0">
      {reader.read(source, streaming).map(({ key, node }) => (
        <MarkdownBlock key={key} node={node} unsupported={unsupported} />
      ))}
    </div>
  );
}

interface MarkdownBlockProps {
  node: RootContent;
  unsupported: readonly string[];
}

const MarkdownBlock = memo(function MarkdownBlock({ node, unsupported }: MarkdownBlockProps) {
  const marked = useMemo(() => markUnsupported(node, unsupported), [node, unsupported]);
  return renderNode(marked);
});
