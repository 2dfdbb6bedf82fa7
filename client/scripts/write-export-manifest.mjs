// Finishes the export for the server: a manifest with the content security policy and the hashes of the inline scripts
// that Next wrote into each page, and a compressed copy of every file that is worth one.
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const root = path.resolve(import.meta.dirname, "..");
const out = path.join(root, "out");
const INLINE_SCRIPT = /<script(?![^>]*\ssrc=)[^>]*>([\s\S]*?)<\/script>/g;
const COMPRESSED = new Set([".html", ".txt", ".js", ".mjs", ".css", ".json", ".svg", ".md", ".wasm"]);
const WORTH_BYTES = 1024;

const files = readdirSync(out, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => path.join(entry.parentPath, entry.name));

const scriptHashes = {};
for (const file of files.filter((name) => name.endsWith(".html"))) {
  const hashes = new Set();
  for (const [, script] of readFileSync(file, "utf8").matchAll(INLINE_SCRIPT)) {
    hashes.add(`'sha256-${createHash("sha256").update(script, "utf8").digest("base64")}'`);
  }
  scriptHashes[path.relative(out, file).split(path.sep).join("/")] = [...hashes].sort();
}

for (const file of files.filter(
  (name) => COMPRESSED.has(path.extname(name)) && statSync(name).size >= WORTH_BYTES,
)) {
  const bytes = readFileSync(file);
  const brotli = { params: { [constants.BROTLI_PARAM_QUALITY]: bytes.length > 2_000_000 ? 9 : 11 } };
  writeFileSync(`${file}.br`, brotliCompressSync(bytes, brotli));
  writeFileSync(`${file}.gz`, gzipSync(bytes, { level: 9 }));
}

const policy = JSON.parse(readFileSync(path.join(root, "csp-policy.json"), "utf8"));
writeFileSync(
  path.join(out, "export.json"),
  JSON.stringify({ policy, script_hashes: scriptHashes }, null, 1) + "\n",
);
console.log(`export.json: ${Object.keys(scriptHashes).length} pages, ${files.length} files`);
