// The unsent messages of a conversation, and sending them on as soon as the server is there.
import { useEffect, useMemo, useSyncExternalStore } from "react";
import { outbox, type Unsent } from "./outbox";

export function useOutbox(conversationId: string): Unsent[] {
  const all = useSyncExternalStore(outbox.watch, outbox.list);
  return useMemo(
    () => all.filter((entry) => entry.conversationId === conversationId),
    [all, conversationId],
  );
}

/** Send what an earlier page or a lost connection left, now and when the browser is back online. */
export function useFlush(userId: string | undefined): void {
  useEffect(() => {
    if (!userId) return;
    const flush = () => void outbox.flush(userId);
    flush();
    window.addEventListener("online", flush);
    return () => window.removeEventListener("online", flush);
  }, [userId]);
}
