"use client";

import Link from "next/link";
import type { ReactNode } from "react";

import { lazyPart } from "@/lib/lazy-part";
import { routes } from "@/lib/routes";

import { LogoMark } from "./logo";

// Menus are not needed for the first paint: their code follows after it.
const AccountMenu = lazyPart(
  () => import("./account-menu").then((module) => module.AccountMenu),
  <span className="size-9" />,
);

interface AppHeaderProps {
  /** What stands beside the logo: the project, and where one is in it. */
  children?: ReactNode;
}

export function AppHeader({ children }: AppHeaderProps) {
  return (
    <header className="sticky top-0 z-30 border-b bg-background/95 backdrop-blur-sm">
      <a
        href="#content"
        className="sr-only z-50 rounded-md bg-primary px-4 py-2 text-sm font-medium text-primary-foreground focus:not-sr-only focus:absolute focus:top-2 focus:left-2"
      >
        Skip to the content
      </a>
      <div className="flex min-h-14 flex-wrap items-center gap-x-3 px-3 sm:px-5">
        <Link
          href={routes.projects}
          className="flex items-center gap-2 rounded-md font-semibold tracking-tight"
          aria-label="Opentrace: all projects"
        >
          <LogoMark />
          {children ? null : <span>Opentrace</span>}
        </Link>
        {children}
        <div className="order-2 ml-auto flex items-center sm:order-3">
          <AccountMenu />
        </div>
      </div>
    </header>
  );
}
