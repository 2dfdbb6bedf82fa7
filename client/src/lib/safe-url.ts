export interface SafeUrl {
  href: string;
  /** Where it leads, to be shown. */
  target: string;
}

/** An address that a text of strangers may link to; null for every other (scripts, data, files, paths of this site). */
export function safeUrl(address: string): SafeUrl | null {
  let url: URL;
  try {
    url = new URL(address);
  } catch {
    return null;
  }
  if (url.protocol === "mailto:") return { href: url.href, target: decoded(url.pathname) };
  if (url.protocol !== "http:" && url.protocol !== "https:") return null;
  if (url.username || url.password) return null;
  return { href: url.href, target: url.host };
}

function decoded(address: string): string {
  try {
    return decodeURIComponent(address);
  } catch {
    return address;
  }
}
