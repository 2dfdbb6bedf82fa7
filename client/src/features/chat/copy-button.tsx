"use client";

import { Check, Copy } from "lucide-react";
import { useEffect, useState } from "react";

import { Button } from "@/components/ui/button";
import { toast } from "@/components/ui/toast";
import { Tooltip } from "@/components/ui/tooltip";

const SAID_MS = 2000;

export function CopyButton({ text, label }: { text: string | (() => string); label: string }) {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), SAID_MS);
    return () => clearTimeout(timer);
  }, [copied]);

  const copy = async () => {
    try {
      await navigator.clipboard.writeText(typeof text === "string" ? text : text());
      setCopied(true);
    } catch {
      toast.error("The browser does not let this page copy. Select the text and copy it yourself.");
    }
  };
  return (
    <Tooltip content={copied ? "Copied" : label}>
      <Button
        variant="quiet"
        size="icon-sm"
        aria-label={copied ? "Copied" : label}
        onClick={() => void copy()}
      >
        {copied ? <Check aria-hidden className="text-success-text" /> : <Copy aria-hidden />}
      </Button>
    </Tooltip>
  );
}
