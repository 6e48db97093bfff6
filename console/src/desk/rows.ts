// A conversation as a row of the desk's list, whichever list it comes from.
import type { Interaction } from "@/api/types";
import { awaitsSince, lastWords, ownPart, standingOf, type Standing } from "./standing";
import type { Conversation, Waiting } from "./types";

export interface Row {
  id: string;
  name: string;
  text: string;
  time: string;
  standing: Standing;
  awaits: boolean;
  /** When the customer-service window closes; undefined where the list does not know. */
  closes?: string;
  knowsWindow: boolean;
  queue?: string;
  /** Which colleague has it, or is offered it. */
  owner?: { name: string; isOffered: boolean };
}

/** Gives the same row again for the same thing, so that only what changed is drawn anew. */
export function kept<T extends object>(rowOf: (each: T) => Row): (each: T) => Row {
  const rows = new WeakMap<T, Row>();
  return (each) => {
    const row = rows.get(each) ?? rowOf(each);
    rows.set(each, row);
    return row;
  };
}

export function rowOfConversation(each: Conversation, userId: string): Row {
  const part = ownPart(each, userId);
  const since = awaitsSince(each);
  return {
    id: each.id,
    name: each.customer.name ?? each.address,
    text: lastWords(each)?.text ?? "",
    time: lastWords(each)?.time ?? each.startTime,
    standing: standingOf(part),
    awaits: since !== undefined,
    closes: each.windowClosesTime,
    knowsWindow: true,
    queue: each.queue?.name,
    owner: standingOf(part) === "watched" ? ownerOf(each.owner) : undefined,
  };
}

export function rowOfWaiting(each: Waiting): Row {
  return {
    id: each.conversationId,
    name: each.customer.name ?? each.address,
    text: each.lastText ?? "",
    time: each.since,
    standing: "other",
    awaits: each.lastDirection === "inbound",
    closes: each.windowClosesTime,
    knowsWindow: true,
    queue: each.queue.name,
    owner: ownerOf(each.offeredTo, "alerting"),
  };
}

export function rowOfInteraction(each: Interaction): Row {
  return {
    id: each.conversationId,
    name: each.customer.name ?? each.customer.address,
    text: lastWords(each)?.text ?? "",
    time: lastWords(each)?.time ?? each.lastMessageTime,
    standing: "other",
    awaits: lastWords(each)?.direction === "inbound",
    knowsWindow: false,
    queue: each.integration.name,
    owner: ownerOf(each.owner, each.ownerState),
  };
}

function ownerOf(who: { name?: string } | undefined, state?: string): Row["owner"] {
  return who?.name ? { name: who.name, isOffered: state === "alerting" } : undefined;
}
