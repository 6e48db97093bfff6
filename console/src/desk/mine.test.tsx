import { screen } from "@testing-library/react";
import { beforeEach, expect, test } from "vitest";
import { open, serve, type Call } from "@/world";
import { DeskPage } from ".";
import { inOrder } from "./standing";
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
