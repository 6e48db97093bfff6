// What the address bar holds: filters, tab and open item, so that a link shows the same thing.
import { useNavigate, useSearch } from "@tanstack/react-router";

export type Search = Record<string, string | undefined>;

export interface SearchState {
  values: Search;
  /** Change some entries; undefined or "" takes one out. Back undoes only what `push` did. */
  set: (changes: Search, options?: { push?: boolean }) => void;
}

export function useSearchState(): SearchState {
  const values: Search = useSearch({ strict: false });
  const navigate = useNavigate();
  const set: SearchState["set"] = (changes, { push = false } = {}) => {
    const search = (before: Search) => withoutEmpty({ ...before, ...changes });
    void navigate({ to: ".", search: search as never, replace: !push });
  };
  return { values, set };
}

export function withoutEmpty(values: Search): Record<string, string> {
  const kept = Object.entries(values).filter(([, value]) => value !== undefined && value !== "");
  return Object.fromEntries(kept) as Record<string, string>;
}

/** The entries of these filters that are set, as query of an API call. */
export function pick(values: Search, ids: string[]): Record<string, string> {
  return withoutEmpty(Object.fromEntries(ids.map((id) => [id, values[id]])));
}

export function parseSearch(text: string): Record<string, string> {
  return Object.fromEntries(new URLSearchParams(text));
}

export function stringifySearch(values: Record<string, unknown>): string {
  const text = new URLSearchParams(withoutEmpty(values as Search)).toString();
  return text && `?${text}`;
}
