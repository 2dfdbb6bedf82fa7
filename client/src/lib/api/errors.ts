/** What the server says of a request that it did not fulfil (RFC 9457). */
export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  code: string;
  /** Of a request that is not acceptable: what is wrong with which field. */
  errors?: { field: string; message: string }[] | null;
}

export class ApiError extends Error {
  override readonly name = "ApiError";

  constructor(
    readonly problem: Problem,
    /** How long to wait before another try, where the server says so. */
    readonly retryAfterS: number | null = null,
  ) {
    super(problem.detail);
  }

  get status(): number {
    return this.problem.status;
  }

  /** Stable: safe to branch on. */
  get code(): string {
    return this.problem.code;
  }

  /** What is wrong with each field of the form that was sent. */
  get fields(): Partial<Record<string, string>> {
    return Object.fromEntries((this.problem.errors ?? []).map(({ field, message }) => [field, message]));
  }
}

/** The server could not be reached at all. */
export class ConnectionLost extends Error {
  override readonly name = "ConnectionLost";

  constructor(cause: unknown) {
    super(
      "The server does not answer. Check that it runs and that you are connected; this page tries again by itself.",
      { cause },
    );
  }
}

function isProblem(value: unknown): value is Problem {
  return (
    typeof value === "object" &&
    value !== null &&
    "detail" in value &&
    typeof value.detail === "string" &&
    "code" in value &&
    typeof value.code === "string"
  );
}

/** The error of a response: the server's own words where it sent some, else what the status alone tells. */
export async function errorOfResponse(response: Response): Promise<ApiError> {
  const body: unknown = await response.json().catch(() => null);
  const retryAfterS = secondsOf(response.headers.get("retry-after"));
  if (isProblem(body)) return new ApiError({ ...body, status: response.status }, retryAfterS);
  return new ApiError(
    {
      type: "about:blank",
      title: response.statusText || "Error",
      status: response.status,
      detail:
        response.status >= 500
          ? "The server could not answer. Wait a moment and try again."
          : `The request was refused (${response.status}).`,
      code: `http_${response.status}`,
    },
    retryAfterS,
  );
}

function secondsOf(header: string | null): number | null {
  return header !== null && /^\d+(?:\.\d+)?$/.test(header) ? Number(header) : null;
}

/** The sentence to show for any failure. */
export function sentenceOf(error: unknown): string {
  if (error instanceof ApiError || error instanceof ConnectionLost) return error.message;
  return "Something unexpected happened on this page. Reload it and try again.";
}
