import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, expect, test } from "vitest";
import { ApiError } from "@/api/errors";
import type { Message } from "@/api/types";
import { open, refusal, serve } from "@/world";
import { DeskPage } from ".";
import { Outbox, type Unsent } from "./outbox";
import { awaitsSince, inOrder, ownPart, standingOf } from "./standing";
import { askedIn, filledText, openPlaceholder } from "./suggestions";
import { timelineOf } from "./timeline";
import type { CannedResponse, Part } from "./types";
import { AT, conversation, MESSAGES, part, PART, rules, THREAD } from "./world";

beforeEach(() => localStorage.clear());

test.each([
  [{ state: "alerting" }, "offered"],
  [{ state: "parked" }, "parked"],
  [{ state: "disconnected", startAcwTime: AT }, "wrapup"],
  [{ state: "disconnected", startAcwTime: AT, endAcwTime: AT }, "other"],
  [{ mode: "monitor" }, "watched"],
  [{ mode: "consult" }, "watched"],
  [{ mode: "consult", state: "alerting" }, "offered"],
  [{ user: { id: "somebody" } }, "other"],
])("a participant that is %j makes a conversation %s", (more, standing) => {
  const one = conversation({ participants: [part(more)] });
  expect(standingOf(ownPart(one, "me"))).toBe(standing);
});

test("offers come first, then the latest, and what is parked last", () => {
  const named = (id: string, state: string, time: string) =>
    conversation({
      id,
      participants: [part({ state })],
      lastMessage: { id, direction: "inbound", status: "received", text: "", time },
    });
  const all = [
    named("parked", "parked", "2026-11-22T12:00:00Z"),
    named("old", "connected", "2026-11-22T09:00:00Z"),
    named("new", "connected", "2026-11-22T11:00:00Z"),
    named("offer", "alerting", "2026-11-22T08:00:00Z"),
  ];
  expect(inOrder(all, "me").map(({ id }) => id)).toEqual(["offer", "new", "old", "parked"]);
});

test("what is said by itself is no answer to the customer", () => {
  const said = (messageTime: string) => [{ messageTime }] as Part["messages"];
  const asked = part({ purpose: "customer", messages: said("2026-11-22T10:00:00Z") });
  const bot = part({ purpose: "api", messages: said("2026-11-22T10:01:00Z") });
  const ours = part({ messages: said("2026-11-22T10:02:00Z") });
  const of = (...participants: Part[]) => awaitsSince(conversation({ participants }));
  expect(of(asked, bot)).toBe("2026-11-22T10:00:00Z");
  expect(of(asked, bot, ours)).toBeUndefined();
});

test("a thread tells messages, notes and what happened in their order", () => {
  const message = { id: "m1", time: "2026-11-22T10:00:00Z" } as Message;
  const note = { id: "n1", time: "", dateCreated: "2026-11-22T10:03:00Z" };
  const acd = part({ id: "q", purpose: "acd", startTime: "2026-11-22T10:01:00Z" });
  const agent = part({
    connectedTime: "2026-11-22T10:02:00Z",
    state: "disconnected",
    endTime: "2026-11-22T10:04:00Z",
    disconnectType: "transfer",
  });
  const refused = part({
    id: "p0",
    state: "disconnected",
    endTime: "2026-11-22T10:01:30Z",
    disconnectType: "timeout",
  });
  const entries = timelineOf(
    [message],
    [note as never],
    conversation({ participants: [acd, refused, agent] }),
    [],
  );
  const kinds = entries.map((each) => ("step" in each ? each.step.kind : each.id));
  expect(kinds).toEqual(["m1", "queued", "unanswered", "taken", "n1", "passedOn"]);
});

test.each([
  ["/", { sign: "/", phrase: "", from: 0 }],
  ["Hello /open h", { sign: "/", phrase: "open h", from: 6 }],
  ["Fine :smi", { sign: ":", phrase: "smi", from: 5 }],
  ["at 10:30", undefined],
  ["https://x", undefined],
])("what is asked for in %j", (text, asked) => {
  expect(askedIn(text)).toEqual(asked);
});

test("a canned text is filled with what is known, and what is not is asked for", () => {
  const response = {
    texts: [{ content: "Hello {{customer}}, your order {{order}} from {{shop}}." }],
    substitutions: [{ id: "shop", defaultValue: "Harbour" }],
  } as unknown as CannedResponse;
  const text = filledText(response, { customer: "Amina" });
  expect(text).toBe("Hello Amina, your order {{order}} from Harbour.");
  expect(openPlaceholder(text)).toEqual({ from: 24, to: 33, name: "order" });
  expect(openPlaceholder("Nothing to fill")).toBeNull();
});

test("a workstream's quick replies come before canned texts, filled in", async () => {
  const replies = [
    { name: "Welcome", text: "Welcome to {{queue}}, {{customer}}." },
    { name: "Sorry", text: "We are sorry." },
  ];
  const canned = { id: "r1", name: "Opening", texts: [{ content: "We open at 8." }] };
  serve(
    rules(conversation({ workstreamId: "w1", queue: { id: "q1", name: "Clinic" } }), {
      "GET /api/v2/routing/workstreams/w1/desk": { id: "w1", quickReplies: replies },
      "POST /api/v2/responsemanagement/responses/query": {
        results: { entities: [{ ...canned, substitutions: [] }] },
      },
    }),
  );
  open(DeskPage, "/desk?c=c1");
  const field = await screen.findByLabelText("Message to the customer");
  await userEvent.type(field, "/we");
  await waitFor(() => {
    const names = screen.getAllByRole("option").map((each) => each.firstChild?.textContent);
    expect(names).toEqual(["Welcome", "Sorry", "Opening"]);
  });
  await userEvent.type(field, "{Enter}");
  expect((field as HTMLTextAreaElement).value).toBe("Welcome to Clinic, Amina.");
});

/** An outbox whose server does what it is told for each try. */
function outboxWith(...answers: (Error | string)[]) {
  const tries: Unsent[] = [];
  const outbox = new Outbox(localStorage, (entry) => {
    tries.push(entry);
    const next = answers[tries.length - 1] ?? "m9";
    return typeof next === "string" ? Promise.resolve({ id: next } as never) : Promise.reject(next);
  });
  return { outbox, tries };
}
const entry = (text: string) => ({ userId: "me", conversationId: "c1", partId: "p1", text });

test("a message that the server did not take goes again with the same key, and the next after it", async () => {
  const { outbox, tries } = outboxWith(new ApiError({}, 0), "m1", "m2");
  outbox.add(entry("one"));
  outbox.add(entry("two"));
  await waitFor(() => expect(tries).toHaveLength(1));
  await outbox.flush("me");
  expect(tries.map(({ text }) => text)).toEqual(["one", "one", "two"]);
  expect(tries[0]?.key).toBe(tries[1]?.key);
  expect(outbox.list().map(({ messageId }) => messageId)).toEqual(["m1", "m2"]);
});

test("a refused message stays with its reason, holds up nothing, and goes when asked again", async () => {
  const { outbox, tries } = outboxWith(new ApiError({ message: "Too long." }, 400), "m2", "m3");
  outbox.add(entry("one"));
  outbox.add(entry("two"));
  await waitFor(() => expect(tries).toHaveLength(2));
  const [first] = outbox.list();
  expect(first?.refusal).toBe("Too long.");
  outbox.retry(first?.key ?? "");
  await waitFor(() => expect(outbox.list()[0]?.messageId).toBe("m3"));
});

test("what was not sent survives a reload, and what was sent does not", async () => {
  const { outbox, tries } = outboxWith("m1", new ApiError({}, 503));
  outbox.add(entry("sent"));
  outbox.add(entry("kept"));
  await waitFor(() => expect(tries).toHaveLength(2));
  const reloaded = outboxWith("m2");
  await reloaded.outbox.flush("somebody else");
  expect(reloaded.tries).toEqual([]);
  await reloaded.outbox.flush("me");
  expect(reloaded.tries.map(({ text, key }) => [text, key])).toEqual([["kept", tries[1]?.key]]);
  expect(new Outbox(localStorage).list()).toEqual([]);
});

test("a text goes out by Enter under a key of its own, and the draft is gone", async () => {
  const calls = serve(rules(conversation(), { [`POST ${MESSAGES}`]: { id: "m2" } }));
  open(DeskPage, "/desk?c=c1");
  const field = await screen.findByLabelText("Message to the customer");
  await userEvent.type(field, "Line one{Shift>}{Enter}{/Shift}two{Enter}");
  await waitFor(() => expect(calls.some(({ path }) => path === MESSAGES)).toBe(true));
  const sent = calls.find(({ path }) => path === MESSAGES);
  expect(sent?.body).toEqual({ textBody: "Line one\ntwo" });
  expect(sent?.headers.get("Idempotency-Key")).toBeTruthy();
  expect((field as HTMLTextAreaElement).value).toBe("");
  expect(localStorage.getItem("tidings-draft-c1")).toBeNull();
});

test("a refusal is said at the message, which can be discarded", async () => {
  serve(
    rules(conversation(), {
      [`POST ${MESSAGES}`]: refusal(409, { message: "Ben has this conversation now." }),
    }),
  );
  open(DeskPage, "/desk?c=c1");
  await userEvent.type(await screen.findByLabelText("Message to the customer"), "Hi{Enter}");
  expect((await screen.findByText("Ben has this conversation now.")).closest("li")).toBeTruthy();
  await userEvent.click(screen.getByRole("button", { name: "Discard" }));
  expect(screen.queryByText("Ben has this conversation now.")).toBeNull();
});

test("a closed window leaves templates only, and says until when it was open", async () => {
  serve(rules(conversation({ windowClosesTime: "2026-11-21T10:00:00.000Z" })));
  open(DeskPage, "/desk?c=c1");
  expect(await screen.findByText(/You could write freely until/)).toBeTruthy();
  expect(screen.queryByLabelText("Message to the customer")).toBeNull();
  expect(screen.getByRole("button", { name: "Choose a template" })).toBeTruthy();
});

test("attributes and the tag are changed, and only what was typed is sent", async () => {
  const one = conversation({ attributes: { order: "A-17", shop: "Harbour" } });
  const calls = serve(rules(one));
  open(DeskPage, "/desk?c=c1");
  await userEvent.click(await screen.findByRole("button", { name: "Change attributes" }));
  await userEvent.clear(screen.getByLabelText("order"));
  await userEvent.type(screen.getByLabelText("Its value"), "gold");
  await userEvent.click(screen.getByRole("button", { name: "Save" }));
  expect(screen.getByText("Fill in this field.")).toBeTruthy();
  await userEvent.type(screen.getByLabelText("New attribute"), "tier");
  await userEvent.type(screen.getByLabelText("Elsewhere called"), "T-9");
  await userEvent.click(screen.getByRole("button", { name: "Save" }));
  await screen.findByRole("button", { name: "Change attributes" });
  const written = calls.filter(({ method }) => ["PATCH", "PUT"].includes(method));
  expect(written.map(({ path, body }) => [path, body])).toEqual([
    [`${PART}/attributes`, { attributes: { order: "", tier: "gold" } }],
    ["/api/v2/conversations/c1/tags", { externalTag: "T-9" }],
  ]);
});

const NUMBERS = "/api/v2/conversations/messaging/integrations/whatsapp";
const TEMPLATE = {
  id: "t1",
  name: "hello",
  language: "en",
  category: "utility",
  responseId: "r1",
  body: "Hello there",
  placeholders: [],
};

test("a conversation begins with a template, and what speaks against it is said at its field", async () => {
  let tries = 0;
  const start = () =>
    tries++ === 0
      ? refusal(400, { message: "", details: [{ fieldName: "toAddress", message: "Too short." }] })
      : { id: "c1", participantId: "p1" };
  const calls = serve(
    rules(conversation(), {
      [`GET ${NUMBERS}`]: { entities: [{ id: "i1", name: "Clinic", status: "active" }] },
      "GET /api/v2/routing/queues/divisionviews": { entities: [{ id: "q1", name: "Front desk" }] },
      "GET /api/v2/messaging/templates": { entities: [TEMPLATE] },
      "POST /api/v2/conversations/messages/agentless/preview": { refusals: [] },
      "POST /api/v2/conversations/messages": start,
      [`POST ${MESSAGES}`]: { id: "m2" },
    }),
  );
  open(DeskPage, "/desk");
  await userEvent.click(await screen.findByRole("button", { name: "New conversation" }));
  await userEvent.click(await screen.findByRole("combobox", { name: "Queue" }));
  await userEvent.click(await screen.findByRole("option", { name: "Front desk" }));
  await userEvent.type(screen.getByLabelText("To"), "254711000042");
  await userEvent.click(screen.getByRole("combobox", { name: "Template" }));
  await userEvent.click(await screen.findByRole("option", { name: "hello · en" }));
  const send = screen.getByRole("button", { name: "Start and send" });
  await userEvent.click(send);
  expect(await screen.findByText("Too short.")).toBeTruthy();
  await userEvent.type(screen.getByLabelText("To"), "1");
  await userEvent.click(send);
  await waitFor(() => expect(calls.some(({ path }) => path === MESSAGES)).toBe(true));
  const [, begun] = calls.filter(
    (each) => each.path === "/api/v2/conversations/messages" && each.method === "POST",
  );
  expect(begun?.body).toMatchObject({
    queueId: "q1",
    fromAddress: "i1",
    toAddress: "2547110000421",
  });
  const sent = calls.find(({ path }) => path === MESSAGES);
  expect(sent?.body).toMatchObject({ messagingTemplate: { responseId: "r1" } });
  expect(screen.queryByRole("dialog")).toBeNull();
});

test.each([
  ["connected", "With Ben"],
  ["alerting", "Offered to Ben"],
])("a row of the team says who has a conversation that is %s", async (ownerState, words) => {
  const theirs = {
    conversationId: "c1",
    customer: THREAD.customer,
    integration: THREAD.integration,
    lastMessageTime: AT,
    owner: { id: "ben", name: "Ben" },
    ownerState,
  };
  serve(rules(conversation(), { "GET /api/v2/interactions": { entities: [theirs] } }));
  open(DeskPage, "/desk?tab=team");
  expect(await screen.findByText(words)).toBeTruthy();
});

test("a supervisor ends what a colleague has, after a question", async () => {
  const theirs = conversation({
    owner: { id: "ben", name: "Ben" },
    participants: [part({ user: { id: "ben", name: "Ben" } })],
  });
  const calls = serve(rules(theirs));
  open(DeskPage, "/desk?tab=team&c=c1");
  const ended = () => calls.filter(({ path }) => path === "/api/v2/conversations/c1/disconnect");
  await userEvent.click(await screen.findByRole("button", { name: "End" }));
  expect(await screen.findByText(/Ben has it now/)).toBeTruthy();
  expect(ended()).toEqual([]);
  await userEvent.click(screen.getAllByRole("button", { name: "End" }).at(-1) as HTMLElement);
  await waitFor(() => expect(ended()).toHaveLength(1));
});

test.each([
  ["c", "Ask"],
  ["t", "Transfer"],
  ["w", "Start and send"],
])("the key %s opens the sheet with the button %s", async (key, button) => {
  serve(rules(conversation()));
  open(DeskPage, "/desk?c=c1");
  const field = await screen.findByLabelText("Message to the customer");
  field.blur();
  await userEvent.keyboard(key);
  const sheet = await screen.findByRole("dialog");
  expect(await within(sheet).findByRole("button", { name: button })).toBeTruthy();
});

test("A accepts and E ends, but not while somebody writes", async () => {
  const calls = serve(rules(conversation({ participants: [part({ state: "alerting" })] })));
  open(DeskPage, "/desk?c=c1");
  await screen.findByText("This conversation is offered to you.");
  await userEvent.keyboard("e");
  expect(calls.filter(({ method }) => method === "PATCH")).toEqual([]);
  await userEvent.keyboard("a");
  await waitFor(() => {
    const [accepted] = calls.filter(({ method }) => method === "PATCH");
    expect([accepted?.path, accepted?.body]).toEqual([PART, { state: "connected" }]);
  });
});

test("what a role may not do is not shown", async () => {
  serve(
    rules(conversation(), {
      "GET /api/v2/users/me": {
        id: "me",
        name: "Ada",
        authorization: { permissions: ["conversation:communication:view"] },
      },
    }),
  );
  open(DeskPage, "/desk?c=c1");
  await screen.findAllByText("Amina");
  for (const name of ["Transfer", "Park", "End", "Write a note", "Send"])
    expect(screen.queryByRole("button", { name })).toBeNull();
  expect(screen.queryByLabelText("Team")).toBeNull();
});
