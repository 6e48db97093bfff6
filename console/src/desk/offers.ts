// What the person is offered now.
import type { At } from "./deeds";
import { useMine } from "./queries";
import { ownPart, standingOf } from "./standing";
import type { Conversation, Part } from "./types";

export interface Offer {
  conversation: Conversation;
  part: Part;
  at: At;
}

/** What the person is offered now, the first to run out first. */
export function useOffers(userId: string): Offer[] {
  const { conversations } = useMine();
  return conversations
    .flatMap((conversation) => {
      const part = ownPart(conversation, userId);
      if (!part || standingOf(part) !== "offered") return [];
      return { conversation, part, at: { conversationId: conversation.id, partId: part.id } };
    })
    .sort((one, other) => expiryOf(one).localeCompare(expiryOf(other)));
}

const expiryOf = ({ part }: Offer) => part.alertingExpiresTime ?? "";
