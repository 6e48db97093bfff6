// Listening from a page.
import { useQueryClient, type QueryKey } from "@tanstack/react-query";
import { useEffect, useSyncExternalStore } from "react";
import { Live } from "./connection";
import { paced } from "./pace";

export const live = new Live();

/** How often a page looks for itself while it is told of every change. */
export const SLOW_MS = 30_000;
/** Nothing is read again sooner after it was read than this, however much happens. */
const PACE_MS = 1_000;

export interface Taking {
  /** Put what a topic says into what is known; false: it has to be read again. */
  take?: (body: unknown) => boolean;
  /** Read again also while nobody sees the page. */
  inBackground?: boolean;
}

/**
 * Read a query again when a topic says that something changed. Gives how often to look besides:
 * every `everyMs` as long as nobody tells, seldom otherwise. `take` stays the same function.
 */
export function useTold(
  topic: string | undefined,
  key: QueryKey,
  everyMs: number,
  { take, inBackground = false }: Taking = {},
): number {
  const queries = useQueryClient();
  const name = JSON.stringify(key);
  useEffect(() => {
    if (!topic) return;
    const queryKey = JSON.parse(name) as QueryKey;
    const read = () => queries.invalidateQueries({ queryKey, exact: true });
    return shared(`${topic} ${name}`, () => {
      const { ask, stop } = paced(read, { everyMs: PACE_MS, inBackground });
      const forget = live.listen(topic, (body) => {
        if (body === undefined || !take?.(body)) ask();
      });
      return () => {
        forget();
        stop();
      };
    });
  }, [topic, name, queries, take, inBackground]);
  const isLive = useSyncExternalStore(live.watch, () => !!topic && live.isLive(topic));
  return isLive ? SLOW_MS : everyMs;
}

interface Shared {
  users: number;
  end: () => void;
}

const running = new Map<string, Shared>();

/** Begun by the first who asks for it and ended with the last: parts of a page share it. */
function shared(key: string, begin: () => () => void): () => void {
  const one = running.get(key) ?? { users: 0, end: begin() };
  running.set(key, one);
  one.users += 1;
  return () => {
    one.users -= 1;
    if (one.users > 0) return;
    running.delete(key);
    one.end();
  };
}
