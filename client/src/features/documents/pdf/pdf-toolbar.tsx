"use client";

import { ChevronDown, ChevronUp, ExternalLink, Highlighter, Minus, Plus } from "lucide-react";
import { useState, type ReactNode } from "react";

import { Button } from "@/components/ui/button";
import { Input } from "@/components/ui/input";
import { Tooltip } from "@/components/ui/tooltip";
import { formatNumber, formatPercent } from "@/lib/format";

import { nextZoom } from "./layout";

interface PdfToolbarProps {
  fileUrl: string;
  page: number;
  pageCount: number;
  zoom: number;
  onPage: (page: number) => void;
  onZoom: (zoom: number) => void;
  /** Brings the highlighted passage into view again. */
  onPassage: (() => void) | undefined;
}

export function PdfToolbar({ fileUrl, page, pageCount, zoom, onPage, onZoom, onPassage }: PdfToolbarProps) {
  return (
    <div
      role="toolbar"
      aria-label="Document"
      className="flex h-11 shrink-0 items-center gap-0.5 border-b px-2"
    >
      <Tool label="Previous page" disabled={page <= 1} onClick={() => onPage(page - 1)}>
        <ChevronUp aria-hidden />
      </Tool>
      <Tool label="Next page" disabled={page >= pageCount} onClick={() => onPage(page + 1)}>
        <ChevronDown aria-hidden />
      </Tool>
      <PageField key={page} page={page} pageCount={pageCount} onPage={onPage} />
      <span className="flex-1" />
      {onPassage ? (
        <Tool label="To the passage" onClick={onPassage}>
          <Highlighter aria-hidden />
        </Tool>
      ) : null}
      <Tool label="Smaller" disabled={nextZoom(zoom, -1) === zoom} onClick={() => onZoom(nextZoom(zoom, -1))}>
        <Minus aria-hidden />
      </Tool>
      <Tooltip content="Fit the width">
        <Button
          variant="quiet"
          size="sm"
          className="w-14 px-0 tabular-nums"
          aria-label={`Zoom ${formatPercent(zoom)}: fit the width`}
          onClick={() => onZoom(1)}
        >
          {formatPercent(zoom)}
        </Button>
      </Tooltip>
      <Tool label="Larger" disabled={nextZoom(zoom, 1) === zoom} onClick={() => onZoom(nextZoom(zoom, 1))}>
        <Plus aria-hidden />
      </Tool>
      <Tooltip content="Open the original">
        <Button asChild variant="quiet" size="icon-sm">
          <a
            href={fileUrl}
            target="_blank"
            rel="noopener noreferrer"
            aria-label="Open the original in a new tab"
          >
            <ExternalLink aria-hidden />
          </a>
        </Button>
      </Tooltip>
    </div>
  );
}

interface ToolProps {
  label: string;
  disabled?: boolean;
  onClick: () => void;
  children: ReactNode;
}

function Tool({ label, disabled = false, onClick, children }: ToolProps) {
  return (
    <Tooltip content={label}>
      <Button variant="quiet" size="icon-sm" aria-label={label} disabled={disabled} onClick={onClick}>
        {children}
      </Button>
    </Tooltip>
  );
}

interface PageFieldProps {
  page: number;
  pageCount: number;
  onPage: (page: number) => void;
}

function PageField({ page, pageCount, onPage }: PageFieldProps) {
  const [text, setText] = useState(String(page));
  return (
    <form
      className="flex items-center gap-1.5 text-sm text-muted-foreground tabular-nums"
      onSubmit={(event) => {
        event.preventDefault();
        const wanted = Number(text);
        if (Number.isFinite(wanted) && wanted >= 1) onPage(wanted);
        else setText(String(page));
      }}
    >
      <Input
        inputMode="numeric"
        aria-label="Page"
        className="h-7 w-12 px-1 text-center"
        value={text}
        onChange={(event) => setText(event.target.value)}
        onBlur={() => setText(String(page))}
        onFocus={(event) => event.target.select()}
      />
      <span className="whitespace-nowrap">of {formatNumber(pageCount)}</span>
    </form>
  );
}
