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
  isEvalSupported: false,
  enableXfa: false,
  disableAutoFetch: true,
  disableStream: true,
  rangeChunkSize: 262_144,
};
