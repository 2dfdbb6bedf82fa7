import { ExternalLink as Icon } from "lucide-react";
import type { ReactNode } from "react";

import { safeUrl } from "@/lib/safe-url";

interface ExternalLinkProps {
  address: string;
  /** The words of the link, to see whether they say where it goes. */
  words: string;
  children: ReactNode;
}

/** A link out of a text that strangers wrote: it says where it goes, and opens apart. Other addresses stay text. */
export function ExternalLink({ address, words, children }: ExternalLinkProps) {
  const url = safeUrl(address);
  if (!url) return <>{children}</>;
  return (
    <a
      href={url.href}
      target="_blank"
      rel="noopener noreferrer nofollow"
      title={url.href}
      className="text-primary-text underline decoration-primary-text/40 underline-offset-3 hover:decoration-primary-text"
    >
      {children}
      {words.includes(url.target) ? null : (
        <bdi className="ml-1 text-[0.8em] text-muted-foreground">({url.target})</bdi>
      )}
      <Icon aria-hidden className="ml-0.5 inline size-[0.8em] align-baseline" />
      <span className="sr-only"> (opens in a new tab)</span>
    </a>
  );
}
