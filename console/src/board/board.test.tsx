import { cleanup, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";
import { chooseLanguage, loadWords } from "@/locales";
import { open, refusal, serve } from "@/world";
import { BoardPage } from ".";

const minutesAgo = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString();
const queue = (id: string, name: string, changes: object = {}) => ({
  id,
  name,
  waiting: 0,
  alerting: 0,
  interacting: 1,
  members: 2,
  joined: 2,
  onQueue: 1,
  idle: 1,
  notResponding: 0,
  serviceLevel: { answered: 0, inTime: 0, abandoned: 0, target: 0.8, seconds: 20 },
  ...changes,
});
const QUEUES = [
  queue("q1", "Clinic"),
  queue("q2", "Shop", {
    waiting: 1,
    longestWaitingSince: minutesAgo(3),
    serviceLevel: { answered: 3, inTime: 1, abandoned: 1, target: 0.8, seconds: 20, ratio: 0.25 },
  }),
];
const WAITING = {
  conversationId: "c1",
  queue: { id: "q2", name: "Shop" },
  customer: { id: "u9" },
  address: "4915112345678",
  since: minutesAgo(3),
  priority: 0,
  skills: [],
  lastMessageTime: minutesAgo(3),
  lastText: "Where is my order?",
  declines: 0,
  hops: 0,
  why: "2 agents are at capacity, 1 lacks the skill Wine.",
  reasons: [
    { code: "capacity", count: 2 },
    { code: "skill", count: 1, name: "Wine" },
  ],
};
const AGENT = {
  id: "u1",
  name: "Nora",
  presence: "OnQueue",
  presenceTime: minutesAgo(9),
  routingStatus: "INTERACTING",
  routingStatusTime: minutesAgo(2),
  load: 2,
  capacity: 4,
  conversations: [
    { conversationId: "c2", participantId: "p2", mode: "primary", state: "connected", since: "" },
    { conversationId: "c3", participantId: "p3", mode: "primary", state: "wrapup", since: "" },
  ].map((each) => ({ ...each, since: minutesAgo(2) })),
};
const SERVER = {
  "GET /api/v2/routing/board": { total: 2, entities: QUEUES },
  "GET /api/v2/routing/queues/q2/waiting": { entities: [WAITING] },
  "GET /api/v2/routing/agents": { total: 1, entities: [AGENT] },
};

test("queues stand with their wait and service level, and the one that waits longest is open", async () => {
  serve(SERVER);
  open(BoardPage, "/reports/now");
  const table = await screen.findByRole("table", { name: "Queues" });
  const shop = within(table).getByRole("row", { name: /Shop/ });
  expect(within(shop).getByText("25 % missed")).toBeTruthy();
  expect(within(shop).getByText(/^3(\.\d)? min$/)).toBeTruthy();
  const list = await screen.findByRole("table", { name: "Waiting in Shop" });
  const row = await within(list).findByRole("row", { name: /4915112345678/ });
  const why = "2 people are at capacity, 1 person lacks the skill Wine.";
  expect(within(row).getByText(why)).toBeTruthy();
});

test("why something waits is said in the language of who looks, and a new reason as the API does", async () => {
  const told = (reasons: object[]) => ({
    ...SERVER,
    "GET /api/v2/routing/queues/q2/waiting": {
      entities: [{ ...WAITING, why: "Something new.", reasons }],
    },
  });
  await chooseLanguage("de", { remember: false });
  await loadWords("routing");
  serve(
    told([
      { code: "offQueue", count: 1 },
      { code: "language", count: 2, name: "Dansk" },
    ]),
  );
  open(BoardPage, "/reports/now");
  const words = "1 Person ist nicht bereit, 2 Personen sprechen nicht Dansk.";
  expect(await screen.findByText(words)).toBeTruthy();
  cleanup();
  serve(told([{ code: "moon", count: 1 }]));
  open(BoardPage, "/reports/now");
  expect(await screen.findByText("Something new.")).toBeTruthy();
  await chooseLanguage("en", { remember: false });
});

test("a waiting conversation is given to somebody of its queue", async () => {
  const calls = serve({
    ...SERVER,
    "POST /api/v2/conversations/c1/assign": { id: "p9" },
  });
  open(BoardPage, "/reports/now");
  await userEvent.click(await screen.findByRole("button", { name: "Assign 4915112345678" }));
  const sheet = await screen.findByRole("dialog", { name: "Give 4915112345678 to" });
  await userEvent.click(await within(sheet).findByRole("button", { name: /Nora/ }));
  await waitFor(() =>
    expect(calls.find(({ path }) => path.endsWith("/assign"))?.body).toEqual({ id: "u1" }),
  );
});

test("when somebody was quicker, the words of the API say who", async () => {
  serve({
    ...SERVER,
    "POST /api/v2/conversations/c1/assign": refusal(409, {
      code: "conversation.taken",
      message: "Sven Holm has this conversation.",
    }),
  });
  open(BoardPage, "/reports/now?assign=c1");
  await userEvent.click(await screen.findByRole("button", { name: /Nora/ }));
  expect(await screen.findByText("Sven Holm has this conversation.")).toBeTruthy();
});

test("what somebody holds can be taken over, but not what is in wrap-up", async () => {
  const calls = serve({
    ...SERVER,
    "POST /api/v2/conversations/messages/c2/participants/p2/takeover": { id: "p9" },
  });
  open(BoardPage, "/reports/now?agent=u1");
  const sheet = await screen.findByRole("dialog", { name: "Nora" });
  expect(within(sheet).getByText("2 / 4")).toBeTruthy();
  const buttons = await within(sheet).findAllByRole("button", { name: "Take over" });
  expect(buttons).toHaveLength(1);
  await userEvent.click(buttons[0] as HTMLElement);
  const asked = await screen.findByText("Take this conversation over from Nora?");
  await userEvent.click(
    within(asked.parentElement as HTMLElement).getByRole("button", { name: "Take over" }),
  );
  await waitFor(() => expect(calls.some(({ path }) => path.endsWith("/takeover"))).toBe(true));
});

const SKILLS = {
  "GET /api/v2/routing/skills": { entities: [{ id: "s1", name: "Wine" }] },
  "GET /api/v2/routing/languages": { entities: [{ id: "l1", name: "Dansk" }] },
};

test("what a waiting conversation asks for is changed, and only that is sent", async () => {
  const asking = { ...WAITING, priority: 2, language: { id: "l1", name: "Dansk" } };
  const calls = serve({
    ...SERVER,
    ...SKILLS,
    "GET /api/v2/routing/queues/q2/waiting": { entities: [asking] },
    "PATCH /api/v2/routing/conversations/c1": { priority: 9, skills: [] },
  });
  open(BoardPage, "/reports/now");
  await userEvent.click(
    await screen.findByRole("button", { name: "Edit what 4915112345678 asks for" }),
  );
  const sheet = await screen.findByRole("dialog", { name: "What 4915112345678 asks for" });
  const priority = within(sheet).getByLabelText("Priority");
  expect(within(sheet).getByText(/counts like one minute of waiting/)).toBeTruthy();
  await userEvent.clear(priority);
  await userEvent.type(priority, "9");
  await userEvent.click(within(sheet).getByRole("combobox", { name: "Asks for skills" }));
  await userEvent.click(await screen.findByRole("option", { name: "Wine" }));
  await userEvent.click(within(sheet).getByRole("button", { name: "Save" }));
  expect(await screen.findByText("Changed. The router decides anew.")).toBeTruthy();
  expect(calls.find(({ method }) => method === "PATCH")?.body).toEqual({
    priority: 9,
    skillIds: ["s1"],
  });
  expect(screen.queryByRole("dialog")).toBeNull();
});

test("when somebody took it meanwhile, the sheet stays and says who", async () => {
  let reads = 0;
  serve({
    ...SERVER,
    ...SKILLS,
    "GET /api/v2/routing/queues/q2/waiting": () => ({ entities: reads++ ? [] : [WAITING] }),
    "PATCH /api/v2/routing/conversations/c1": refusal(409, {
      code: "conversation.not.waiting",
      message: "This conversation does not wait for an agent. Ben has this conversation now.",
    }),
  });
  open(BoardPage, "/reports/now?edit=c1");
  const priority = await screen.findByLabelText("Priority");
  await userEvent.clear(priority);
  await userEvent.type(priority, "5");
  await userEvent.click(screen.getByRole("button", { name: "Save" }));
  expect(await screen.findByText(/Ben has this conversation now/)).toBeTruthy();
  expect(screen.getByLabelText<HTMLInputElement>("Priority").value).toBe("5");
});

test("who may only look sees no button to step in", async () => {
  serve({
    ...SERVER,
    "GET /api/v2/users/me": { id: "me", authorization: { permissions: ["routing:queue:view"] } },
  });
  open(BoardPage, "/reports/now");
  expect(await screen.findByRole("table", { name: "Waiting in Shop" })).toBeTruthy();
  expect(screen.queryByRole("button", { name: /Assign|Edit/ })).toBeNull();
  expect(screen.queryByRole("table", { name: "People" })).toBeNull();
});
