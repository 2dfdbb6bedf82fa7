// Passes the API on to the server, both ways as a stream: uploads of any size, and answers while they are written.

const SERVER_URL = process.env.OPENTRACE_SERVER_URL ?? "http://127.0.0.1:8000";

/** Of one connection, not of the message; `accept-encoding` stays behind so that nothing arrives packed. */
const NOT_PASSED_ON = [
  "accept-encoding",
  "connection",
  "content-length",
  "host",
  "keep-alive",
  "transfer-encoding",
];

async function passOn(request: Request): Promise<Response> {
  const url = new URL(request.url);
  const headers = new Headers(request.headers);
  for (const name of NOT_PASSED_ON) headers.delete(name);
  const length = request.headers.get("content-length");
  if (length !== null) headers.set("content-length", length);
  headers.set("x-forwarded-host", request.headers.get("host") ?? url.host);
  headers.set("x-forwarded-proto", request.headers.get("x-forwarded-proto") ?? url.protocol.replace(":", ""));

  let response: Response;
  try {
    response = await fetch(new URL(url.pathname + url.search, SERVER_URL), {
      method: request.method,
      headers,
      body: request.body,
      // Node asks for this where a request's body is a stream.
      ...{ duplex: "half" },
      redirect: "manual",
      cache: "no-store",
      signal: request.signal,
    });
  } catch (error) {
    if (request.signal.aborted) throw error;
    return Response.json(
      {
        type: "urn:opentrace:problem:server_unreachable",
        title: "Service unavailable",
        status: 503,
        detail: "The server does not answer. Try again in a moment.",
        code: "server_unreachable",
      },
      { status: 503, headers: { "content-type": "application/problem+json", "retry-after": "5" } },
    );
  }
  const passed = new Headers(response.headers);
  for (const name of ["connection", "keep-alive", "transfer-encoding"]) passed.delete(name);
  return new Response(response.body, {
    status: response.status,
    statusText: response.statusText,
    headers: passed,
  });
}

export { passOn as DELETE, passOn as GET, passOn as HEAD, passOn as PATCH, passOn as POST, passOn as PUT };
