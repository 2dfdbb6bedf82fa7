import type {} from "mdast-util-math";
import type { Node, PhrasingContent, Root, RootContent } from "mdast";

/** `[3]` in a text. Whether there is a citation of this number is known when it is shown. */
export interface CitationMarker extends Node {
  type: "citationMarker";
  number: number;
  /** The words that it stands for. */
  claim: string;
}

/** Words that none of the sources supports, as far as their similarity tells. */
export interface Unsupported extends Node {
  type: "unsupported";
  value: string;
}

declare module "mdast" {
  interface PhrasingContentMap {
    citationMarker: CitationMarker;
    unsupported: Unsupported;
  }
  interface RootContentMap {
    citationMarker: CitationMarker;
    unsupported: Unsupported;
  }
}

export type { PhrasingContent, Root, RootContent };
