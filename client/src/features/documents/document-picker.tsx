"use client";

import { lazyPart } from "@/lib/lazy-part";

export type { Picked } from "./document-choice";

/** Comes after the page: what opens over a page is large, and nothing of it is seen at first. */
export const DocumentPicker = lazyPart(
  () => import("./document-choice").then((module) => module.DocumentChoice),
  <span className="h-8" />,
);
