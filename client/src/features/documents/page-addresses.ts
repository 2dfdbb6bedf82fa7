export interface PageAddresses {
  addresses: string[];
  /** Lines that are no address of a web page. */
  wrong: string[];
}

const MOST_CHARACTERS = 2048;

/** The addresses in a text, one a line, each once. Without a scheme, https is meant; the server has the last word. */
export function pageAddresses(text: string): PageAddresses {
  const addresses = new Set<string>();
  const wrong: string[] = [];
  for (const line of text.split(/\s+/)) {
    if (line === "") continue;
    if (isPageAddress(line)) addresses.add(line);
    else wrong.push(line);
  }
  return { addresses: [...addresses], wrong };
}

function isPageAddress(text: string): boolean {
  if (text.length > MOST_CHARACTERS) return false;
  const url = URL.parse(/^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `https://${text}`);
  return url !== null && /^https?:$/.test(url.protocol) && /[.:]/.test(url.hostname);
}
