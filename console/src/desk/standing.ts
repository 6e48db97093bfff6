// Where a conversation stands for one agent, read from its participants.
import type { Interaction } from "@/api/types";
import type { Conversation, Part } from "./types";

type Said = Pick<Interaction, "lastSaid" | "lastMessage">;

/** `wrapup`: over, and its wrap-up is still to be done. `other`: not the person's own. */
export type Standing = "offered" | "mine" | "parked" | "wrapup" | "watched" | "other";

/** The person's participant that matters now: the newest that is not over. */
export function ownPart(conversation: Conversation, userId: string): Part | undefined {
  return conversation.participants.findLast(
    (part) => part.user?.id === userId && part.purpose === "agent" && isAlive(part),
  );
}

function isAlive(part: Part): boolean {
  return part.state !== "disconnected" || isInWrapup(part);
}

export function isInWrapup(part: Part): boolean {
  return part.startAcwTime !== undefined && part.endAcwTime === undefined;
}

export function standingOf(part: Part | undefined): Standing {
  if (!part) return "other";
  if (part.state === "alerting") return "offered";
  if (part.mode !== undefined && part.mode !== "primary") return "watched";
  if (part.state === "parked") return "parked";
  if (part.state === "connected") return "mine";
  return "wrapup";
}

/** Whose it is now: the agent's participant that is offered it, has it or parked it. */
export function ownerPart(conversation: Conversation): Part | undefined {
  return conversation.participants.findLast(
    (part) => part.purpose === "agent" && part.mode === "primary" && part.state !== "disconnected",
  );
}

/** Who is asked to read along, or does: consulted by who has the conversation. */
export function consultedIn({ participants }: Conversation): Part[] {
  return participants.filter((part) => part.mode === "consult" && part.state !== "disconnected");
}

const RANKS: Record<Standing, number> = {
  offered: 0,
  mine: 1,
  watched: 2,
  wrapup: 3,
  parked: 4,
  other: 5,
};

/**
 * Offers first, then what one talks in with the latest on top, then what is left to do. Parked
 * ones stay as the server has them, since they come page by page.
 */
export function inOrder(conversations: Conversation[], userId: string): Conversation[] {
  const placed = conversations.map((each) => ({
    each,
    rank: RANKS[standingOf(ownPart(each, userId))],
    time: timeOf(each),
  }));
  placed.sort((one, other) => {
    if (one.rank !== other.rank) return one.rank - other.rank;
    return one.rank === RANKS.parked || one.time === other.time
      ? 0
      : one.time > other.time
        ? -1
        : 1;
  });
  return placed.map(({ each }) => each);
}

/** What is sent by itself moves nothing up. */
const timeOf = (each: Conversation) => lastWords(each)?.time ?? each.startTime;

/** What a person said last; what was sent by itself only where nobody said anything. */
export const lastWords = ({ lastSaid, lastMessage }: Said) => lastSaid ?? lastMessage;

/** Since when the customer waits for an agent's answer; what is said by itself is none. */
export function awaitsSince({ participants, state }: Conversation): string | undefined {
  if (state === "disconnected") return undefined;
  const asked = newest(participants.filter(({ purpose }) => purpose === "customer"));
  const answered = newest(participants.filter(({ purpose }) => purpose === "agent"));
  return asked > answered ? asked : undefined;
}

/** When the latest message of these was written; empty when there is none. */
function newest(parts: Part[]): string {
  const times = parts.flatMap(({ messages }) => messages.map(({ messageTime }) => messageTime));
  return times.reduce((latest, time) => (time > latest ? time : latest), "");
}

/** Since when it waits in its queue, or waited before it was offered. */
export function queuedSince({ participants }: Conversation): string | undefined {
  return participants.findLast(({ purpose }) => purpose === "acd")?.startTime;
}
