// Listening from a page.
import { useQueryClient, type QueryKey } from "@tanstack/react-query";
import { useEffect, useSyncExternalStore } from "react";
import { Live } from "./connection";

export const live = new Live();

/** How often a page looks for itself while it is told of every change. */
export const SLOW_MS = 30_000;

/**
 * Read a query again when a topic says that something changed. Gives how often to look besides:
 * every `everyMs` as long as nobody tells, seldom otherwise.
 */
export function useTold(topic: string | undefined, key: QueryKey, everyMs: number): number {
  const queries = useQueryClient();
  const name = JSON.stringify(key);
  useEffect(() => {
    if (!topic) return;
    const queryKey = JSON.parse(name) as QueryKey;
    return live.listen(topic, () => void queries.invalidateQueries({ queryKey, exact: true }));
  }, [topic, name, queries]);
  const isLive = useSyncExternalStore(live.watch, () => !!topic && live.isLive(topic));
  return isLive ? SLOW_MS : everyMs;
}
