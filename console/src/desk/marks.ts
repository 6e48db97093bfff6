// What the customer sees of the agent: that their messages were read, and that an answer is written.
import { useEffect, useRef } from "react";
import { api } from "@/api/client";
import type { At } from "./deeds";

const COMMUNICATION =
  "/api/v2/conversations/messages/{conversation_id}/communications/{communication_id}";
const TYPING_EVERY_MS = 10_000;

const of = ({ conversationId, partId }: At) => ({
  params: { path: { conversation_id: conversationId, communication_id: partId } },
});

/** Mark what the customer wrote as read once the agent has it in front of them. */
export function useMarkRead(at: At | undefined, lastInbound: string | undefined): void {
  const { conversationId, partId } = at ?? {};
  useEffect(() => {
    if (!conversationId || !partId || !lastInbound) return;
    // A mark that gets lost is made up for by the next one, so nobody is told.
    const mark = () => {
      if (!document.hasFocus()) return;
      window.removeEventListener("focus", mark);
      api.POST(`${COMMUNICATION}/read`, of({ conversationId, partId })).catch(() => undefined);
    };
    window.addEventListener("focus", mark);
    mark();
    return () => window.removeEventListener("focus", mark);
  }, [conversationId, partId, lastInbound]);
}

/** Tell that an answer is being written, at most every ten seconds. */
export function useTyping(at: At): () => void {
  const told = useRef(0);
  return () => {
    if (Date.now() - told.current < TYPING_EVERY_MS) return;
    told.current = Date.now();
    api.POST(`${COMMUNICATION}/typing`, of(at)).catch(() => undefined);
  };
}
