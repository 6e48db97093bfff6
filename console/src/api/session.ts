// Who is signed in, where, and what they may do.
import { queryOptions, useQuery, useQueryClient, type QueryClient } from "@tanstack/react-query";
import { answer, api, rememberCsrfToken } from "./client";
import type { Me, Session } from "./types";

export const sessionQuery = queryOptions({
  queryKey: ["session"],
  queryFn: readSession,
  staleTime: Infinity,
});

export const meQuery = queryOptions({
  queryKey: ["me"],
  queryFn: () =>
    answer(api.GET("/api/v2/users/me", { params: { query: { expand: "authorization" } } })),
  staleTime: 60_000,
});

/** The session, or null for a visitor. */
async function readSession(): Promise<Session | null> {
  const session = await answer(api.GET("/api/v2/sessions"));
  if (!session) return null;
  rememberCsrfToken(session.csrfToken);
  return session;
}

export function useSession(): Session | null | undefined {
  return useQuery(sessionQuery).data;
}

export function useMe(): Me | undefined {
  return useQuery(meQuery).data;
}

export function useSignOut(): () => Promise<void> {
  const queries = useQueryClient();
  return async () => {
    await answer(api.DELETE("/api/v2/sessions/me")).catch(() => undefined);
    leave(queries);
  };
}

/** Forget everything of a session that has ended, and ask for the password. */
export function leave(queries: QueryClient): void {
  rememberCsrfToken("");
  queries.clear();
  window.location.assign("/login");
}
