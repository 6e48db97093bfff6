// A desk for tests: one conversation, who takes part in it, and a server that has it.
import type { Conversation, Part } from "./types";

export const AT = "2026-11-22T10:00:00.000Z";
const LATER = "2099-01-01T00:00:00.000Z";

export const part = (more: Partial<Part>): Part =>
  ({
    id: "p1",
    purpose: "agent",
    mode: "primary",
    state: "connected",
    user: { id: "me", name: "Ada" },
    messages: [],
    ...more,
  }) as unknown as Part;

export const conversation = (more: Partial<Conversation> = {}): Conversation => ({
  id: "c1",
  state: "connected",
  address: "254711000042",
  customer: { id: "k1", name: "Amina" },
  integration: { id: "i1", name: "Clinic" },
  startTime: AT,
  messageCount: 1,
  windowClosesTime: LATER,
  lastMessage: { id: "m1", direction: "inbound", status: "received", text: "Hello", time: AT },
  participants: [part({})],
  divisions: [],
  selfUri: "",
  ...more,
});

export const THREAD = {
  conversationId: "c1",
  customer: { id: "k1", name: "Amina", address: "254711000042" },
  integration: { id: "i1", name: "Clinic" },
  messages: [{ id: "m1", direction: "inbound", status: "received", text: "Hello", time: AT }],
  window: { open: true },
};

/** A server that has one conversation. */
export const rules = (one: Conversation, more: Record<string, object> = {}) => ({
  "GET /api/v2/sessions": { user: { id: "me", name: "Ada" }, csrfToken: "t" },
  "GET /api/v2/conversations/messages": { entities: [one] },
  "GET /api/v2/conversations/messages/c1": one,
  "GET /api/v2/interactions/c1": THREAD,
  ...more,
});
export const MESSAGES = "/api/v2/conversations/messages/c1/communications/p1/messages";
export const PART = "/api/v2/conversations/messages/c1/participants/p1";
