// Lists paged by number that stay live: read again when the topic says so, and by looking besides.
import { useEffect } from "react";
import { useOffset } from "@/api/keyset";
import type { Listing } from "@/api/types";
import { useTold } from "@/live";
import { LOOK_MS, ROUTING_TOPIC } from "./queries";

export function useLiveOffset<T>(key: string[], read: (page: number) => Promise<Listing<T>>) {
  const list = useOffset(key, read);
  const everyMs = useTold(ROUTING_TOPIC, key, LOOK_MS);
  const { reload } = list;
  useEffect(() => {
    const timer = setInterval(() => {
      if (document.visibilityState === "visible") reload();
    }, everyMs);
    return () => clearInterval(timer);
    // `reload` is made anew by each drawing; the key says what is read.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [everyMs, JSON.stringify(key)]);
  return list;
}
