const ALT =
  "A question about a company’s report in Opentrace: the answer with its numbered citations, and beside it the page of the report, with the cited lines highlighted.";

/** The application as it is, in the theme of the page. The tests take the pictures. */
export function Picture() {
  return (
    <div className="mt-10 overflow-hidden rounded-xl border bg-surface shadow-float sm:mt-14">
      {/* eslint-disable-next-line @next/next/no-img-element -- a file of the export, in its final size */}
      <img
        src="/pictures/chat-light.webp"
        width={1440}
        height={900}
        alt={ALT}
        className="h-auto w-full dark:hidden"
      />
      {/* eslint-disable-next-line @next/next/no-img-element -- as above; hidden and lazy, it is loaded in the dark only */}
      <img
        src="/pictures/chat-dark.webp"
        width={1440}
        height={900}
        alt={ALT}
        loading="lazy"
        className="hidden h-auto w-full dark:block"
      />
    </div>
  );
}
