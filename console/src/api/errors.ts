// What went wrong, as a value the pages can show: in words, at a field, or with a mend.
import type { ErrorBody, ErrorDetail } from "./types";

export class ApiError extends Error {
  readonly code: string;
  readonly status: number;
  readonly contextId?: string;
  readonly details: ErrorDetail[];
  readonly params: Record<string, string>;
  readonly retryAfterSeconds?: number;

  constructor(body: ErrorBody, status: number, retryAfterSeconds?: number) {
    super(body.message ?? "");
    this.name = "ApiError";
    this.code = body.code ?? (status === 0 ? "network" : "internal.server.error");
    this.status = status;
    this.contextId = body.contextId;
    this.details = body.details ?? [];
    this.params = body.messageParams ?? {};
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

const SENTENCE = /^(.+?[.!?])\s+(\p{Lu}.*)$/su;
const CLAUSE = /^([^;]+);\s+(.+)$/su;

/** What happened, and what mends it: the API says the one before its first full stop, or semicolon. */
export function inParts(message: string): [string, string | undefined] {
  const [, what, mend] = SENTENCE.exec(message) ?? CLAUSE.exec(message) ?? [];
  if (!what || !mend) return [message, undefined];
  return [what, mend.charAt(0).toUpperCase() + mend.slice(1)];
}

export function parseError(body: unknown, response: Response): ApiError {
  const known = typeof body === "object" && body !== null ? (body as ErrorBody) : {};
  const retryAfter = Number(response.headers.get("Retry-After"));
  return new ApiError(known, response.status, retryAfter > 0 ? retryAfter : undefined);
}

/**
 * The details that name a field of this form, by field; of a nested name its first or last part
 * counts. `also` gives our field for a name that only the API uses.
 */
export function fieldErrors(
  error: ApiError,
  fields: string[],
  also: Record<string, string> = {},
): Record<string, string> {
  const found: Record<string, string> = {};
  for (const detail of error.details) {
    const name = detail.fieldName ?? "";
    const field = also[name] ?? fieldOf(name, fields);
    if (field) found[field] = detail.message ?? error.message;
  }
  return found;
}

function fieldOf(name: string, fields: string[]): string | undefined {
  return fields.find(
    (field) =>
      name === field ||
      name.endsWith(`.${field}`) ||
      name.startsWith(`${field}.`) ||
      name.startsWith(`${field}[`),
  );
}
