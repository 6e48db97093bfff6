// What agents do: each is one call, and says what failed in the API's words.
import { answer, api } from "@/api/client";
import { useAction } from "@/components/action";

const MESSAGES = "/api/v2/conversations/messages/{conversation_id}";
export const PART = `${MESSAGES}/participants/{participant_id}` as const;
const TO_AGENT =
  "/api/v2/conversations/{conversation_id}/participants/{participant_id}/replace/agent";
/** What any step may have changed. */
export const ALL = [["desk"]];

export interface At {
  conversationId: string;
  partId: string;
}
export const at = ({ conversationId, partId }: At) => ({
  params: { path: { conversation_id: conversationId, participant_id: partId } },
});
export const of = (conversation_id: string) => ({ params: { path: { conversation_id } } });

export interface Wrapup {
  code?: string;
  notes?: string;
}
interface Change {
  state?: "connected" | "disconnected" | "parked";
  wrapup?: Wrapup;
  wrapupSkipped?: boolean;
  afterCallWork?: boolean;
  resumeTime?: string;
}

/** A click that changes a person's part: accept, decline, end, park, resume, wrap up. */
export function useChangePart(change: Change | ((at: At) => Change), after?: (at: At) => void) {
  return useAction(
    async (where: At) => {
      const body = typeof change === "function" ? change(where) : change;
      await answer(api.PATCH(PART, { ...at(where), body }));
      return where;
    },
    { renew: ALL, after },
  );
}

export const useAccept = (after?: (at: At) => void) => useChangePart({ state: "connected" }, after);
export const useDecline = () => useChangePart({ state: "disconnected" });

export function useWrapUp(after?: () => void) {
  return useAction(
    ({ where, wrapup }: { where: At; wrapup: Wrapup }) =>
      answer(api.PATCH(PART, { ...at(where), body: { wrapup } })),
    { renew: ALL, after },
  );
}

export function useTransfer(done: string, after: () => void) {
  return useAction(
    ({ where, ...to }: { where: At; queueId?: string; userId?: string }) =>
      answer(api.POST(`${PART}/replace`, { ...at(where), body: to })),
    { done, renew: ALL, after },
  );
}

/** Ask a colleague to read along. */
export function useConsult(done: string, after: () => void) {
  return useAction(
    ({ where, userId, note }: { where: At; userId: string; note: string }) =>
      answer(
        api.POST(`${PART}/consult`, { ...at(where), body: { userId, ...(note && { note }) } }),
      ),
    { done, renew: ALL, after },
  );
}

/** Give the conversation to who is consulted: it is theirs at once. */
export function useHandOver(done: string, after: () => void) {
  return useAction(
    ({ where, userId }: { where: At; userId: string }) =>
      answer(
        api.POST(TO_AGENT, {
          ...at(where),
          body: { userId, transferType: "Attended" },
        }),
      ),
    { done, renew: ALL, after },
  );
}

/** Take a conversation that nobody has. */
export function usePick() {
  return useAction(
    ({ conversationId, userId }: { conversationId: string; userId: string }) =>
      answer(
        api.POST("/api/v2/conversations/{conversation_id}/assign", {
          ...of(conversationId),
          body: { id: userId },
        }),
      ),
    { renew: ALL },
  );
}

/** Take a conversation from who has it, or read along. */
export function useJoin(how: "takeover" | "monitor") {
  const path = how === "takeover" ? (`${PART}/takeover` as const) : (`${PART}/monitor` as const);
  return useAction((where: At) => answer(api.POST(path, at(where))), { renew: ALL });
}

export function useAddNote(conversationId: string, after: () => void) {
  return useAction(
    ({ text, key }: { text: string; key: string }) =>
      answer(
        api.POST("/api/v2/conversations/{conversation_id}/notes", {
          ...of(conversationId),
          body: { text },
          headers: { "Idempotency-Key": key },
        }),
      ),
    { renew: ALL, after },
  );
}

/** A fresh idempotency key. (crypto.randomUUID exists only over https; this also without.) */
export function newKey(): string {
  const parts = Array.from(crypto.getRandomValues(new Uint32Array(4)), (part) => part.toString(16));
  return parts.join("-");
}
