import { QueryClient } from "@tanstack/react-query";
import { screen, waitFor } from "@testing-library/react";
import { beforeEach, expect, test, vi } from "vitest";
import { open, serve, type Call } from "@/world";
import { DeskPage } from ".";
import { inOrder } from "./standing";
import { taker, withTold } from "./told";
import type { Conversation, Part } from "./types";

const PATH = "/api/v2/conversations/messages";

const held = (name: string, state: string, time: string): Conversation => ({
  id: name,
  state: "connected",
  address: "254711000042",
  customer: { id: name, name },
  integration: { id: "i1", name: "Clinic" },
  startTime: time,
  messageCount: 1,
  lastMessage: { id: name, direction: "inbound", status: "received", text: "", time },
  participants: [
    {
      id: `p-${name}`,
      purpose: "agent",
      mode: "primary",
      state,
      user: { id: "me", name: "Ada" },
      messages: [],
    } as unknown as Part,
  ],
  divisions: [],
  selfUri: "",
});

const FIRST = [
  held("Amina", "connected", "2026-11-22T10:00:00Z"),
  held("Bo", "parked", "2026-11-22T08:00:00Z"),
];
const REST = [held("Cleo", "parked", "2026-11-22T09:00:00Z")];
const pages = ({ query }: Call) =>
  query.after
    ? { entities: REST }
    : { entities: FIRST, nextUri: `${PATH}?pageSize=100&after=4~Bo` };

beforeEach(() => localStorage.clear());

test("more than a page of one's own is loaded by scrolling, parked ones in the server's order", async () => {
  const calls = serve({
    "GET /api/v2/sessions": { user: { id: "me", name: "Ada" }, csrfToken: "t" },
    [`GET ${PATH}`]: pages,
  });
  open(DeskPage, "/desk");

  expect(await screen.findByText("Cleo")).toBeTruthy();

  const names = [...document.querySelectorAll("[data-conversation]")].map((row) =>
    row.getAttribute("data-conversation"),
  );
  expect(names).toEqual(["Amina", "Bo", "Cleo"]);
  const asked = calls.filter(({ path }) => path === PATH).map(({ query }) => query.after);
  expect(asked.slice(0, 2)).toEqual([undefined, "4~Bo"]);
});

test("what one talks in is sorted by its latest message, what is parked is not", () => {
  const newer = held("Newer", "connected", "2026-11-22T11:00:00Z");
  const order = inOrder([...FIRST, ...REST, newer], "me").map(({ id }) => id);
  expect(order).toEqual(["Newer", "Amina", "Bo", "Cleo"]);
});

test("what is told of takes its place, and only who parks or resumes has to be asked for", () => {
  const known = {
    pages: [{ entities: FIRST }, { entities: REST }],
    pageParams: [undefined, "4~Bo"],
  };
  const told = (each: Conversation) =>
    withTold(known, each, "me")?.pages.map(({ entities }) => entities.map(({ id }) => id));
  const later = held("Amina", "connected", "2026-11-22T12:00:00Z");
  expect(withTold(known, later, "me")?.pages[0]?.entities[0]).toEqual(later);
  expect(told(held("Dina", "alerting", "2026-11-22T12:00:00Z"))?.[0]).toEqual([
    "Dina",
    "Amina",
    "Bo",
  ]);
  expect(told(held("Amina", "disconnected", later.startTime))).toEqual([["Bo"], ["Cleo"]]);
  expect(told(held("Cleo", "parked", later.startTime))).toEqual([["Amina", "Bo"], ["Cleo"]]);
  expect(told(held("Cleo", "connected", later.startTime))).toBeUndefined();
  expect(told(held("Amina", "parked", later.startTime))).toBeUndefined();
});

test("what is told while the list is being read is put in after the answer", async () => {
  const queries = new QueryClient();
  const order: string[] = [];
  const put = vi.fn((told: Conversation) => order.push(told.id) > 0);
  const take = taker(queries, ["mine"], put);
  let answer = () => {};
  const reading = queries.fetchQuery({
    queryKey: ["mine"],
    queryFn: () => new Promise<string>((resolve) => (answer = () => resolve("read"))),
  });
  expect(take(FIRST[0])).toBe(true);
  expect(take(FIRST[1])).toBe(true);
  expect(put).not.toHaveBeenCalled();
  answer();
  await reading;
  await waitFor(() => expect(order).toEqual(["Amina", "Bo"]));
  expect(take(REST[0])).toBe(true);
  expect(order).toEqual(["Amina", "Bo", "Cleo"]);
  expect(take(undefined)).toBe(false);
});
