// Reading keyset lists page by page, and keeping their newest page live.
import {
  useInfiniteQuery,
  useQuery,
  useQueryClient,
  type InfiniteData,
  type QueryKey,
  type UseInfiniteQueryResult,
} from "@tanstack/react-query";
import { useMemo } from "react";
import { useTold } from "@/live";
import type { Keyset, Listing } from "./types";

type Pages<T> = InfiniteData<Keyset<T>, string | undefined>;
export type ReadPage<T> = (after: string | undefined) => Promise<Keyset<T>>;

export interface KeysetList<T> {
  rows: T[];
  isLoading: boolean;
  isLoadingMore: boolean;
  hasMore: boolean;
  error: Error | null;
  loadMore: () => void;
  reload: () => void;
}

/** The `after` of a nextUri, or undefined when the page was the last. */
export function cursorOf(page: Keyset<unknown>): string | undefined {
  if (!page.nextUri) return undefined;
  return new URL(page.nextUri, "http://host").searchParams.get("after") ?? undefined;
}

export function useKeyset<T>(key: QueryKey, read: ReadPage<T>): KeysetList<T> {
  const query = useInfiniteQuery({
    queryKey: key,
    queryFn: ({ pageParam }) => read(pageParam),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: cursorOf,
  });
  const rows = useMemo(
    () => query.data?.pages.flatMap((page) => page.entities) ?? [],
    [query.data],
  );
  return listOf(query, rows);
}

/**
 * A keyset list whose newest page is read again when its topic says that something changed, and
 * every `everyMs` where nobody tells; only while the page is visible. Only one page is read, so
 * the cost does not grow with how far a person has scrolled.
 */
export function useLiveKeyset<T>(
  key: QueryKey,
  read: ReadPage<T>,
  idOf: (row: T) => string,
  everyMs = 2_000,
  topic?: string,
): KeysetList<T> {
  const queries = useQueryClient();
  const list = useKeyset(key, read);
  const newestKey = [...key, "newest"];
  const lookMs = useTold(topic, newestKey, everyMs);
  useQuery({
    queryKey: newestKey,
    queryFn: async () => {
      const newest = await read(undefined);
      queries.setQueryData<Pages<T>>(key, (pages) => pages && absorbNewest(pages, newest, idOf));
      return null;
    },
    refetchInterval: lookMs,
    enabled: !list.isLoading && !list.error,
  });
  return list;
}

/**
 * Put the newest page on the loaded ones: known rows change in place, new ones come first, and
 * rows that left the filter go. When nothing overlaps (more than a page is new), start over
 * from the newest page rather than show a list with a hole in it.
 */
export function absorbNewest<T>(
  pages: Pages<T>,
  newest: Keyset<T>,
  idOf: (row: T) => string,
): Pages<T> {
  // A filtered page may come back empty and still go on behind: it tells nothing new.
  if (newest.entities.length === 0 && newest.nextUri) return pages;
  const fresh = new Set(newest.entities.map(idOf));
  const loaded = pages.pages.flatMap((page) => page.entities);
  const overlap = loaded.findLastIndex((row) => fresh.has(idOf(row)));
  const rest = loaded.slice(overlap + 1);
  if (!newest.nextUri || overlap < 0 || rest.length === 0) {
    return { pages: [newest], pageParams: [undefined] };
  }
  const nextUri = pages.pages.at(-1)?.nextUri;
  return {
    pages: [{ entities: [...newest.entities, ...rest], nextUri }],
    pageParams: [undefined],
  };
}

/** A small collection paged by number, read on demand into the same shape. */
export function useOffset<T>(
  key: QueryKey,
  read: (pageNumber: number) => Promise<Listing<T>>,
): KeysetList<T> & { total: number | undefined } {
  const query = useInfiniteQuery({
    queryKey: key,
    queryFn: ({ pageParam }) => read(pageParam),
    initialPageParam: 1,
    getNextPageParam: (page, _, number) =>
      number < (page.pageCount ?? 1) ? number + 1 : undefined,
  });
  const rows = useMemo(
    () => query.data?.pages.flatMap((page) => page.entities) ?? [],
    [query.data],
  );
  return { ...listOf(query, rows), total: query.data?.pages[0]?.total };
}

function listOf<T>(query: UseInfiniteQueryResult, rows: T[]): KeysetList<T> {
  return {
    rows,
    isLoading: query.isPending,
    isLoadingMore: query.isFetchingNextPage,
    hasMore: query.hasNextPage,
    error: query.error,
    loadMore: () => void (query.hasNextPage && !query.isFetching && query.fetchNextPage()),
    reload: () => void query.refetch(),
  };
}
