// A conversation that a socket tells of, put into what is known already.
import type { InfiniteData, QueryClient, QueryKey } from "@tanstack/react-query";
import { ownPart, standingOf } from "./standing";
import type { Conversation } from "./types";

interface Page {
  entities: Conversation[];
}
export type Pages<P extends Page> = InfiniteData<P, string | undefined>;

/**
 * One's own conversations, page by page, with one as it is now: changed in its place, first where
 * it is new, or no longer there. Undefined when its place among parked ones is to be asked for.
 */
export function withTold<P extends Page>(
  known: Pages<P>,
  told: Conversation,
  me: string,
): Pages<P> | undefined {
  const isIt = ({ id }: Conversation) => id === told.id;
  const before = known.pages.flatMap(({ entities }) => entities.filter(isIt))[0];
  const isParked = (each: Conversation) => standingOf(ownPart(each, me)) === "parked";
  if (!ownPart(told, me)) return changed(known, (page) => page.filter((each) => !isIt(each)));
  if (isParked(told) !== (before !== undefined && isParked(before))) return undefined;
  if (before) return changed(known, (page) => page.map((each) => (isIt(each) ? told : each)));
  const [first] = known.pages;
  return changed(known, (page) => (page === first?.entities ? [told, ...page] : page));
}

function changed<P extends Page>(
  known: Pages<P>,
  change: (page: Conversation[]) => Conversation[],
): Pages<P> {
  return {
    ...known,
    pages: known.pages.map((page) => ({ ...page, entities: change(page.entities) })),
  };
}

/**
 * Takes what a topic tells by `put`, which says whether it could. While the query is being read
 * it waits: the answer may be older than what is told. Gives whether it has to be read again.
 */
export function taker(
  queries: QueryClient,
  queryKey: QueryKey,
  put: (told: Conversation) => boolean,
): (body: unknown) => boolean {
  let late: Conversation[] = [];
  const putLate = () => {
    const fits = late.map(put);
    late = [];
    if (fits.includes(false)) void queries.invalidateQueries({ queryKey, exact: true });
  };
  return (body) => {
    if (!body) return false;
    const told = body as Conversation;
    if (queries.isFetching({ queryKey, exact: true }) === 0) return put(told);
    if (late.push(told) === 1) whenRead(queries, queryKey, putLate);
    return true;
  };
}

function whenRead(queries: QueryClient, queryKey: QueryKey, then: () => void): void {
  const stop = queries.getQueryCache().subscribe(() => {
    if (queries.isFetching({ queryKey, exact: true }) > 0) return;
    stop();
    then();
  });
}
