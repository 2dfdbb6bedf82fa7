import Link from "next/link";
import type { ReactNode } from "react";

import { Wordmark } from "@/features/shell/logo";
import { routes } from "@/lib/routes";

interface AuthFrameProps {
  title: string;
  lead: ReactNode;
  children: ReactNode;
}

/** The frame of signing in and up: one column, nothing else to look at. */
export function AuthFrame({ title, lead, children }: AuthFrameProps) {
  return (
    <div className="flex min-h-dvh flex-col">
      <header className="px-5 py-4">
        <Link href={routes.home} className="inline-flex rounded-md" aria-label="Opentrace: home">
          <Wordmark />
        </Link>
      </header>
      <main className="flex flex-1 items-start justify-center px-5 pt-[10vh] pb-16">
        <div className="grid w-full max-w-sm gap-7">
          <div className="grid gap-2">
            <h1 className="font-serif text-3xl font-medium tracking-tight text-balance">{title}</h1>
            <p className="text-pretty text-muted-foreground">{lead}</p>
          </div>
          {children}
        </div>
      </main>
    </div>
  );
}
