// Taking an offer: its conversation opens, ready to be answered.
import { useNavigate } from "@tanstack/react-router";
import { useAccept } from "./deeds";
import { focusOn } from "./focus";

/** Accept an offer and open its conversation. */
export function useAcceptAndOpen() {
  const navigate = useNavigate();
  return useAccept(({ conversationId }) => {
    focusOn(conversationId);
    void navigate({ to: "/desk", search: { c: conversationId } as never });
  });
}
