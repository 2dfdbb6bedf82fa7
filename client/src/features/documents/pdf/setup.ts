import { pdfjs } from "react-pdf";

// What pdf.js loads at run time lies beside the pages (scripts/copy-assets.mjs): nothing comes from elsewhere.
const ASSETS = "/pdfjs";

pdfjs.GlobalWorkerOptions.workerSrc = `${ASSETS}/pdf.worker.min.mjs`;

/** The policy of the pages allows no script made of text, so pdf.js must not try. Only the ranges in sight are loaded. */
export const PDF_OPTIONS = {
  cMapUrl: `${ASSETS}/cmaps/`,
  cMapPacked: true,
  standardFontDataUrl: `${ASSETS}/standard_fonts/`,
  wasmUrl: `${ASSETS}/wasm/`,
  // A machine without Helvetica would draw it in whatever it has, squeezed into the widths of the other.
  useSystemFonts: false,
  isEvalSupported: false,
  enableXfa: false,
  disableAutoFetch: true,
  disableStream: true,
  rangeChunkSize: 262_144,
};

// A document that is closed while parts of it are on their way takes them back, and nobody waits for them any more.
window.addEventListener("unhandledrejection", (event) => {
  const reason: unknown = event.reason;
  if (!(reason instanceof Error)) return;
  // What its worker was about to begin when it ended comes back by this name.
  const ended =
    reason.name === "UnknownErrorException" && /^Worker (task )?was terminated/.test(reason.message);
  if (ended || reason.name === "AbortException") event.preventDefault();
});
