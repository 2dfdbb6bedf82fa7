// Prints how much compressed script each page of the export loads first, and fails where it is more than the limit, packed
// by gzip. Browsers on localhost and by https get it packed by brotli, which is less.
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";

const LIMIT_KB = 200;
const out = path.resolve(import.meta.dirname, "..", "..", "opentrace", "client");
const sizes = new Map();

function sizeOf(source) {
  let size = sizes.get(source);
  if (!size) {
    const bytes = readFileSync(path.join(out, source));
    size = { gzip: gzipSync(bytes).length, brotli: brotliCompressSync(bytes).length };
    sizes.set(source, size);
  }
  return size;
}

let failed = false;
for (const entry of readdirSync(out, { recursive: true, withFileTypes: true })) {
  if (entry.name !== "index.html") continue;
  const file = path.join(entry.parentPath, entry.name);
  const html = readFileSync(file, "utf8");
  // Browsers that know modules skip `noModule` scripts.
  const tags = html.match(/<script[^>]*\ssrc="[^"]+"[^>]*>/g) ?? [];
  const sources = new Set(
    tags.filter((tag) => !/nomodule/i.test(tag)).map((tag) => /src="([^"?]+)/.exec(tag)[1]),
  );
  let gzip = 0;
  let brotli = 0;
  for (const source of sources) {
    gzip += sizeOf(source).gzip;
    brotli += sizeOf(source).brotli;
  }
  const kb = Math.round(gzip / 1000);
  failed ||= gzip > LIMIT_KB * 1000;
  console.log(
    `${String(kb).padStart(4)} kB gzip ${String(Math.round(brotli / 1000)).padStart(4)} kB brotli  /${path.relative(out, path.dirname(file))}`,
  );
}
if (failed) {
  console.error(`A page loads more than ${LIMIT_KB} kB of compressed script.`);
  process.exit(1);
}
