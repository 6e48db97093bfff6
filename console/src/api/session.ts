// Who is signed in, where, and what they may do.
import { queryOptions, useQuery, useQueryClient } from "@tanstack/react-query";
import { answer, api, rememberCsrfToken } from "./client";
import { ApiError } from "./errors";
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
  try {
    const session = await answer(api.GET("/api/v2/sessions/me"));
    rememberCsrfToken(session.csrfToken);
    return session;
  } catch (error) {
    if (error instanceof ApiError && error.status === 401) return null;
    throw error;
  }
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
    rememberCsrfToken("");
    queries.clear();
    window.location.assign("/login");
  };
}
