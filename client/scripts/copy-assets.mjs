// Puts beside the pages what they load at run time, so that nothing is fetched from anywhere else: what pdf.js needs
// (its worker, character maps, standard fonts, decoders), and the handbook of which the sample project is made.
import { cpSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
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

const handbook = path.join(root, "..", "docs", "handbook");
const shipped = path.join(root, "public", "handbook");
const pages = readdirSync(handbook)
  .filter((name) => name.endsWith(".md"))
  .sort();

rmSync(shipped, { recursive: true, force: true });
mkdirSync(shipped, { recursive: true });
for (const page of pages) cpSync(path.join(handbook, page), path.join(shipped, page));
writeFileSync(path.join(shipped, "index.json"), JSON.stringify(pages) + "\n");
