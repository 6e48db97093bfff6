// The one door to the public API: same origin, cookie session, CSRF header on every write.
import createClient, { type Middleware } from "openapi-fetch";
import { ApiError, parseError } from "./errors";
import type { paths } from "./schema";

let csrfToken = "";
let onSignedOut: () => void = () => undefined;

export function rememberCsrfToken(token: string): void {
  csrfToken = token;
}

/** Called when a request of a signed-in page is answered 401: the session has ended. */
export function whenSignedOut(callback: () => void): void {
  onSignedOut = callback;
}

const session: Middleware = {
  onRequest({ request }) {
    if (request.method !== "GET" && csrfToken) request.headers.set("X-CSRF-Token", csrfToken);
    return request;
  },
  onResponse({ request, response }) {
    if (response.status === 401 && !new URL(request.url).pathname.startsWith("/api/v2/sessions")) {
      onSignedOut();
    }
  },
};

export const api = createClient<paths>({
  baseUrl: window.location.origin,
  credentials: "same-origin",
  // Looked up at each call, so that a test may put its own fetch in place.
  fetch: (request) => globalThis.fetch(request),
});
api.use(session);

interface Outcome {
  data?: unknown;
  error?: unknown;
  response: Response;
}
type DataOf<O> = O extends { data: infer D; error?: never } ? D : never;

/** Wait for a call and give its body; a refusal is thrown as ApiError. */
export async function answer<O extends Outcome>(call: Promise<O>): Promise<DataOf<O>> {
  const outcome = await call.catch(() => {
    throw new ApiError({}, 0);
  });
  if (!outcome.response.ok) throw parseError(outcome.error, outcome.response);
  return outcome.data as DataOf<O>;
}
