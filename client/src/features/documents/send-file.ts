import type { ApiError } from "@/lib/api/errors";
import { ConnectionLost, errorOfResponse } from "@/lib/api/errors";

interface Target {
  method: string;
  url: string;
  headers: Record<string, string>;
}

interface SendOptions {
  signal: AbortSignal;
  onProgress: (sentBytes: number) => void;
}

/** Sends the bytes straight to storage. Only XMLHttpRequest tells how much of a request has really been sent. */
export function sendFile(target: Target, file: Blob, { signal, onProgress }: SendOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const abort = () => request.abort();
    const settle = (finish: () => void) => {
      signal.removeEventListener("abort", abort);
      finish();
    };

    request.open(target.method, reachable(target.url));
    for (const [name, value] of Object.entries(target.headers)) request.setRequestHeader(name, value);
    request.upload.onprogress = (event) => onProgress(event.loaded);
    request.onload = () =>
      settle(() => {
        if (request.status >= 200 && request.status < 300) resolve();
        else void refusal(request).then(reject);
      });
    request.onerror = () => settle(() => reject(new ConnectionLost(new Error("upload interrupted"))));
    request.onabort = () => settle(() => reject(new DOMException("The upload was cancelled.", "AbortError")));
    signal.addEventListener("abort", abort);
    if (signal.aborted) abort();
    else request.send(file);
  });
}

/** Storage that the server serves itself is reached as the rest of the API is, whatever the server thinks its address is. */
export function reachable(url: string): string {
  const { pathname, search } = new URL(url, window.location.href);
  return pathname.startsWith("/api/") ? pathname + search : url;
}

async function refusal(request: XMLHttpRequest): Promise<ApiError> {
  return errorOfResponse(new Response(request.responseText, { status: Math.max(200, request.status) }));
}
