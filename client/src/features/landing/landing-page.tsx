import { Fingerprint, Laptop, Quote, Route } from "lucide-react";
import Link from "next/link";

import { Wordmark } from "@/features/shell/logo";
import { routes } from "@/lib/routes";

import { ProductPicture } from "./product-picture";
import { HeaderActions, HeroActions } from "./actions";

const POINTS = [
  {
    icon: Quote,
    title: "Every claim has its passage",
    text: "Click a citation and the source opens on the right page, with the very lines highlighted.",
  },
  {
    icon: Route,
    title: "Every answer has its trace",
    text: "What was searched, what was found, how it was ranked, and why it was kept or dropped.",
  },
  {
    icon: Laptop,
    title: "Everything stays with you",
    text: "One command runs all of it on your own machine: no account anywhere, no key, no upload to others.",
  },
] as const;

export function LandingPage() {
  return (
    <div className="flex min-h-dvh flex-col">
      <header className="mx-auto flex w-full max-w-6xl items-center justify-between gap-4 px-5 py-4 sm:px-8">
        <Link href={routes.home} className="flex rounded-md" aria-label="Opentrace: home">
          <Wordmark />
        </Link>
        <HeaderActions />
      </header>
      <main className="mx-auto flex w-full max-w-6xl flex-1 flex-col px-5 pt-8 pb-16 sm:px-8 sm:pt-14">
        <div className="mx-auto grid max-w-3xl justify-items-center gap-5 text-center">
          <h1 className="font-serif text-3xl leading-[1.12] font-medium tracking-tight text-balance sm:text-6xl sm:leading-[1.08]">
            Ask your documents.{" "}
            <span className="block underline decoration-highlight decoration-[0.14em] underline-offset-[0.12em]">
              See the exact passage.
            </span>
          </h1>
          <p className="max-w-xl text-lg text-pretty text-muted-foreground">
            Opentrace turns your files into a private knowledge base. Its answers say where they come from,
            down to the line on the page.
          </p>
          <HeroActions />
        </div>
        <ProductPicture />
        <ul className="mx-auto mt-12 grid max-w-5xl gap-8 sm:grid-cols-3">
          {POINTS.map(({ icon: Icon, title, text }) => (
            <li key={title} className="grid content-start gap-2">
              <Icon aria-hidden className="size-5 text-primary-text" />
              <h2 className="font-semibold tracking-tight">{title}</h2>
              <p className="text-sm text-pretty text-muted-foreground">{text}</p>
            </li>
          ))}
        </ul>
      </main>
      <footer className="mx-auto flex w-full max-w-6xl flex-wrap items-center gap-x-6 gap-y-2 border-t px-5 py-6 text-sm text-muted-foreground sm:px-8">
        <span className="inline-flex items-center gap-2">
          <Fingerprint aria-hidden className="size-4" /> Free software under the MIT licence
        </span>
        <a
          href="/docs"
          className="ml-auto rounded-sm underline-offset-4 hover:text-foreground hover:underline"
        >
          HTTP API
        </a>
      </footer>
    </div>
  );
}
