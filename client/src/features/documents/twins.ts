import type { Document } from "@/lib/api/types";

/** A document that is here already, with the bytes or the name of the file. */
export interface Twin {
  same: "content" | "name";
  id: string;
  name: string;
}

interface Alike {
  same_content: Document | null;
  same_name: Document | null;
}

/** The same bytes say more than the same name. */
export function twinOf({ same_content: content, same_name: name }: Alike): Twin | null {
  if (content) return { same: "content", id: content.id, name: content.file_name };
  return name ? { same: "name", id: name.id, name: name.file_name } : null;
}

const LARGEST_BYTES = 256_000_000;

/** Of a file's bytes, in hexadecimal; null where the browser cannot tell, which it can only on safe connections. */
export async function sha256Of(file: File): Promise<string | null> {
  if (!globalThis.isSecureContext || file.size > LARGEST_BYTES) return null;
  try {
    const digest = await crypto.subtle.digest("SHA-256", await file.arrayBuffer());
    return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  } catch {
    // The file has gone or cannot be read: sending it will say so.
    return null;
  }
}
