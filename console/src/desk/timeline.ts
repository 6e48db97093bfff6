// A conversation as it went: messages, notes, and what happened with it, in the order of time.
import type { Message } from "@/api/types";
import type { Unsaid as NotSaid } from "@/components/unsaid";
import type { Unsent } from "./outbox";
import type { Conversation, Note, Part } from "./types";

export type StepKind =
  | "queued"
  | "taken"
  | "declined"
  | "unanswered"
  | "parked"
  | "passedOn"
  | "takenOver"
  | "wentAway"
  | "ended"
  | "closed"
  | "asked"
  | "readsAlong"
  | "stoppedReading"
  | "wrappedUp";

export interface Step {
  kind: StepKind;
  who?: string;
  /** Whom somebody asked to read along. */
  whom?: string;
  /** The wrap-up in words, or what a colleague is asked. */
  what?: string;
}

export type Entry =
  | { id: string; time: string; message: Message }
  | { id: string; time: string; note: Note }
  | { id: string; time: string; step: Step }
  | { id: string; time: string; notSaid: NotSaid }
  | { id: string; time: string; unsent: Unsent };

export function timelineOf(
  messages: Message[],
  notes: Note[],
  conversation: Conversation | undefined,
  unsent: Unsent[],
  notSaid: NotSaid[] = [],
): Entry[] {
  const taken = new Set(messages.map(({ id }) => id));
  const since = messages[0]?.time ?? "";
  const steps = conversation?.participants.flatMap(stepsOf) ?? [];
  const entries: Entry[] = [
    ...messages.map((message) => ({ id: message.id, time: message.time, message })),
    ...notes.map((note) => ({ id: note.id, time: note.dateCreated, note })),
    ...notSaid.map((each) => ({ id: each.id, time: each.time, notSaid: each })),
    ...steps,
  ];
  entries.sort((one, other) => one.time.localeCompare(other.time));
  const waiting = unsent.filter(({ messageId }) => !messageId || !taken.has(messageId));
  return [
    // Of a long conversation only the newest messages are here; so are notes and steps.
    ...entries.filter(({ time }) => time >= since || messages.length === 0),
    ...waiting.map((each) => ({ id: each.key, time: each.time, unsent: each })),
  ];
}

function stepsOf(part: Part): Entry[] {
  const who = part.user?.name ?? part.name;
  const at = (time: string | undefined, kind: StepKind, more: Partial<Step> = {}): Entry[] =>
    time ? [{ id: `${part.id}-${kind}`, time, step: { kind, who, ...more } }] : [];
  if (part.purpose === "acd") return at(part.startTime, "queued", { who: part.queue?.name });
  if (part.purpose !== "agent") return [];
  if (part.mode !== "primary") return [...askedOf(part, at), ...readingOf(part, at)];
  const what = [part.wrapup?.name, part.wrapup?.notes].filter(Boolean).join(": ");
  return [
    ...at(part.connectedTime, "taken"),
    ...(part.state === "parked" ? at(part.parkTime, "parked") : []),
    ...(part.state === "disconnected" ? endOf(part, at) : []),
    ...(what ? at(part.endAcwTime ?? part.endTime, "wrappedUp", { what }) : []),
  ];
}

type At = (time: string | undefined, kind: StepKind, more?: Partial<Step>) => Entry[];

function askedOf(part: Part, at: At): Entry[] {
  if (!part.askedBy) return [];
  const whom = part.user?.name ?? part.name;
  return at(part.startTime, "asked", { who: part.askedBy.name, whom, what: part.askedNote });
}

/** How somebody came to read along and how that ended; who has it since says so by themselves. */
function readingOf(part: Part, at: At): Entry[] {
  const reads = at(part.connectedTime, "readsAlong");
  if (part.state !== "disconnected" || part.disconnectType === "transfer") return reads;
  if (part.connectedTime) return [...reads, ...at(part.endTime, "stoppedReading")];
  const kind = UNTAKEN[part.disconnectType ?? ""];
  return kind ? at(part.endTime, kind) : [];
}

function endOf(part: Part, at: At): Entry[] {
  const kind = part.connectedTime
    ? AFTER_TALK[part.disconnectType ?? ""]
    : UNTAKEN[part.disconnectType ?? ""];
  if (kind) return at(part.endTime, kind);
  return part.connectedTime ? at(part.endTime, "closed") : [];
}

/** How an agent's part ended, by the word of the API. */
const AFTER_TALK: Record<string, StepKind> = {
  client: "ended",
  transfer: "passedOn",
  "transfer.consult": "passedOn",
  takeover: "takenOver",
  "transfer.notavailable": "wentAway",
};
const UNTAKEN: Record<string, StepKind> = { client: "declined", timeout: "unanswered" };
