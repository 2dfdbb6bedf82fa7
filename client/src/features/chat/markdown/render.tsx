import type { List, ListItem, Nodes, Table } from "mdast";
import { toString } from "mdast-util-to-string";
import { Fragment, type ReactNode } from "react";

import { cn } from "@/lib/cn";

import { CitationChip } from "../citation-chip";
import { CodeBlock } from "./code-block";
import { ExternalLink } from "@/components/external-link";
import { MathNode } from "./math-node";
import type { RootContent } from "./nodes";
import { safeUrl } from "@/lib/safe-url";

function children(node: { children: readonly Nodes[] }): ReactNode {
  return node.children.map((child, index) => <Fragment key={index}>{renderNode(child)}</Fragment>);
}

/** Every kind of node as React elements. What is not known here is shown as its text. */
export function renderNode(node: Nodes | RootContent): ReactNode {
  switch (node.type) {
    case "text":
      return node.value;
    case "paragraph": {
      const [only] = node.children;
      if (only?.type === "inlineMath" && node.children.length === 1) {
        return <MathNode tex={only.value} display />;
      }
      return <p dir="auto">{children(node)}</p>;
    }
    case "heading":
      return <Heading depth={node.depth}>{children(node)}</Heading>;
    case "emphasis":
      return <em>{children(node)}</em>;
    case "strong":
      return <strong className="font-semibold">{children(node)}</strong>;
    case "delete":
      return <del>{children(node)}</del>;
    case "inlineCode":
      return (
        <code className="rounded-sm bg-muted px-1 py-0.5 font-mono text-[0.875em] break-words">
          {node.value}
        </code>
      );
    case "code":
      return <CodeBlock code={node.value} language={node.lang} />;
    case "math":
      return <MathNode tex={node.value} display />;
    case "inlineMath":
      return <MathNode tex={node.value} display={false} />;
    case "blockquote":
      return (
        <blockquote dir="auto" className="grid gap-3 border-s-2 border-input ps-4 text-muted-foreground">
          {children(node)}
        </blockquote>
      );
    case "list":
      return <MarkdownList list={node} />;
    case "table":
      return <MarkdownTable table={node} />;
    case "thematicBreak":
      return <hr />;
    case "break":
      return <br />;
    case "link":
      return (
        <ExternalLink address={node.url} words={toString(node)}>
          {children(node)}
        </ExternalLink>
      );
    case "image":
      // Never loaded: an address of an image tells its owner who reads it, and when.
      return (
        <ExternalLink address={node.url} words="">
          {node.alt ? `Image: ${node.alt}` : safeUrl(node.url) ? "Image" : ""}
        </ExternalLink>
      );
    case "citationMarker":
      return <CitationChip number={node.number} claim={node.claim} />;
    case "unsupported":
      return (
        <mark
          title="Nothing in the sources is close to this"
          className="bg-transparent text-inherit underline decoration-warning-text/70 decoration-wavy decoration-1 underline-offset-4"
        >
          {node.value}
          <span className="sr-only"> (not supported by the sources)</span>
        </mark>
      );
    default:
      if ("value" in node) return node.value;
      return "children" in node ? children(node) : null;
  }
}

const HEADINGS = {
  1: ["h3", "text-xl"],
  2: ["h3", "text-lg"],
  3: ["h4", "text-base"],
  4: ["h5", "text-base"],
  5: ["h6", "text-sm"],
  6: ["h6", "text-sm"],
} as const;

/** The first two levels are those of the page and of the answer. Many answers begin with the second of their own. */
function Heading({ depth, children: content }: { depth: keyof typeof HEADINGS; children: ReactNode }) {
  const [Level, size] = HEADINGS[depth];
  return (
    <Level dir="auto" className={cn("mt-2 font-semibold tracking-tight text-balance first:mt-0", size)}>
      {content}
    </Level>
  );
}

function MarkdownList({ list }: { list: List }) {
  const Kind = list.ordered ? "ol" : "ul";
  return (
    <Kind
      dir="auto"
      start={list.ordered ? (list.start ?? undefined) : undefined}
      className={cn(
        "grid gap-1.5 ps-6 marker:text-muted-foreground",
        list.ordered ? "list-decimal" : "list-disc",
        list.spread && "gap-3",
      )}
    >
      {list.children.map((item, index) => (
        <MarkdownListItem key={index} item={item} spread={list.spread ?? false} />
      ))}
    </Kind>
  );
}

function MarkdownListItem({ item, spread }: { item: ListItem; spread: boolean }) {
  const task = typeof item.checked === "boolean";
  return (
    <li className={cn("ps-1 [&>p+*]:mt-1.5", task && "list-none")}>
      {task ? (
        <input
          type="checkbox"
          checked={item.checked ?? false}
          readOnly
          disabled
          aria-label={item.checked ? "Done" : "Not done"}
          className="-ms-5 me-1.5 size-3.5 align-[-0.125em] accent-primary"
        />
      ) : null}
      {item.children.map((child, index) => (
        <Fragment key={index}>
          {child.type === "paragraph" && !spread ? (
            <span dir="auto">{children(child)}</span>
          ) : (
            renderNode(child)
          )}
        </Fragment>
      ))}
    </li>
  );
}

function MarkdownTable({ table }: { table: Table }) {
  const [head, ...rows] = table.children;
  const align = (column: number) => ({ textAlign: table.align?.[column] ?? undefined }) as const;
  return (
    <div
      role="group"
      aria-label="Table"
      tabIndex={0}
      className="overflow-x-auto rounded-lg border focus-visible:-outline-offset-2"
    >
      <table className="w-full border-collapse text-sm">
        <thead className="bg-muted">
          <tr>
            {head?.children.map((cell, column) => (
              <th
                key={column}
                scope="col"
                dir="auto"
                className="px-3 py-2 text-start font-medium"
                style={align(column)}
              >
                {children(cell)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, index) => (
            <tr key={index} className="border-t">
              {row.children.map((cell, column) => (
                <td
                  key={column}
                  dir="auto"
                  className="px-3 py-2 align-top tabular-nums"
                  style={align(column)}
                >
                  {children(cell)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
