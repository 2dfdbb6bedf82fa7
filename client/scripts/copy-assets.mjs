// Puts what pdf.js loads at run time (its worker, character maps, standard fonts, decoders) beside the pages: nothing
// is fetched from anywhere else.
import { cpSync, mkdirSync, rmSync } from "node:fs";
import path from "node:path";

const root = path.resolve(import.meta.dirname, "..");
const from = path.join(root, "node_modules", "pdfjs-dist");
const to = path.join(root, "public", "pdfjs");

rmSync(to, { recursive: true, force: true });
mkdirSync(to, { recursive: true });
cpSync(path.join(from, "build", "pdf.worker.min.mjs"), path.join(to, "pdf.worker.min.mjs"));
for (const folder of ["cmaps", "standard_fonts", "wasm"]) {
  cpSync(path.join(from, folder), path.join(to, folder), { recursive: true });
}
