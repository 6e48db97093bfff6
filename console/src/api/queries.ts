// The cache of what the server said.
import { QueryClient } from "@tanstack/react-query";
import { ApiError } from "./errors";

export const queries = new QueryClient({
  defaultOptions: {
    queries: { staleTime: 5_000, retry: isWorthRetrying },
  },
});

/** A refusal stays a refusal; only a lost connection or a server in trouble is asked again. */
function isWorthRetrying(failures: number, error: Error): boolean {
  const isPassing = !(error instanceof ApiError) || error.status === 0 || error.status >= 502;
  return isPassing && failures < 2;
}
