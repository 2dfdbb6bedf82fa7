"use client";

import { usePathname } from "next/navigation";

import { idsOfPath, type PathIds } from "./routes";

/** The ids in the address bar. Next's own parameters are those of the export's folders (`_`), not the visitor's. */
export function usePathIds(): PathIds {
  return idsOfPath(usePathname());
}
