// The server's content security policy allows exactly the inline scripts that Next wrote into the export: their hashes
// go into a manifest that the server reads.
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";

const out = path.resolve(import.meta.dirname, "..", "out");
const INLINE_SCRIPT = /<script(?![^>]*\ssrc=)[^>]*>([\s\S]*?)<\/script>/g;

const pages = {};
for (const entry of readdirSync(out, { recursive: true, withFileTypes: true })) {
  if (!entry.isFile() || !entry.name.endsWith(".html")) continue;
  const file = path.join(entry.parentPath, entry.name);
  const hashes = new Set();
  for (const [, script] of readFileSync(file, "utf8").matchAll(INLINE_SCRIPT)) {
    hashes.add(`sha256-${createHash("sha256").update(script, "utf8").digest("base64")}`);
  }
  pages[path.relative(out, file).split(path.sep).join("/")] = [...hashes].sort();
}
writeFileSync(path.join(out, "csp.json"), JSON.stringify({ script_hashes: pages }, null, 1) + "\n");
console.log(`csp.json: ${Object.keys(pages).length} pages`);
