import { cn } from "@/lib/cn";

import dark from "./chat-dark.webp";
import light from "./chat-light.webp";

const ALT =
  "A chat in Opentrace: an answer with numbered citations, and beside it the page of the report, with the cited lines highlighted.";

/** The product itself, in the theme of the page. Only the picture that is shown is loaded. */
export function ProductPicture() {
  return (
    <div className="mx-auto mt-10 w-full max-w-5xl shrink-0 overflow-hidden rounded-xl border bg-surface shadow-float sm:mt-12">
      <Picture source={light} className="dark:hidden" />
      <Picture source={dark} className="hidden dark:block" />
    </div>
  );
}

interface PictureProps {
  source: { src: string; width: number; height: number };
  className: string;
}

function Picture({ source, className }: PictureProps) {
  return (
    // eslint-disable-next-line @next/next/no-img-element -- the picture ships with the page, in its one size
    <img
      src={source.src}
      width={source.width}
      height={source.height}
      alt={ALT}
      loading="lazy"
      decoding="async"
      className={cn("h-72 w-full object-cover object-left-top sm:h-auto", className)}
    />
  );
}
