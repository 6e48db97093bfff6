// What agents write down about a conversation for other systems.
import { answer, api } from "@/api/client";
import { useAction } from "@/components/action";
import { ALL, at, of, PART } from "./deeds";
import type { Conversation } from "./types";

interface Description {
  conversation: Conversation;
  attributes: Record<string, string>;
  externalTag?: string;
}

/** Change a conversation's attributes, and what another system calls it. */
export function useDescribe(after: () => void) {
  return useAction(
    async ({ conversation: { id, participants }, attributes, externalTag }: Description) => {
      // They are the conversation's, whichever of its participants is named.
      const part = at({ conversationId: id, partId: participants[0]?.id ?? "" });
      if (Object.keys(attributes).length > 0)
        await answer(api.PATCH(`${PART}/attributes`, { ...part, body: { attributes } }));
      if (externalTag !== undefined)
        await answer(
          api.PUT("/api/v2/conversations/{conversation_id}/tags", {
            ...of(id),
            body: { externalTag },
          }),
        );
    },
    { renew: ALL, after },
  );
}
