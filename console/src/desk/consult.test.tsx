import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, expect, test } from "vitest";
import { open, serve } from "@/world";
import { DeskPage } from ".";
import { timelineOf } from "./timeline";
import type { Part } from "./types";
import { conversation, part, PART, rules } from "./world";

beforeEach(() => localStorage.clear());

const ADVISOR = { id: "cleo", name: "Cleo" };
const advisor = (more: Partial<Part>) =>
  part({
    id: "p2",
    mode: "consult",
    user: ADVISOR,
    startTime: "2026-11-22T10:05:00Z",
    askedBy: { id: "me", name: "Ada" },
    ...more,
  });

test("a colleague is asked to read along, with what it is about", async () => {
  const calls = serve(
    rules(conversation(), {
      "GET /api/v2/routing/queues/divisionviews": { entities: [{ id: "q1", name: "Front desk" }] },
      "GET /api/v2/routing/queues/q1/members": {
        entities: [{ ...ADVISOR, presence: "Available" }],
      },
      [`POST ${PART}/consult`]: { id: "p2" },
    }),
  );
  open(DeskPage, "/desk?c=c1");
  await userEvent.click(await screen.findByRole("button", { name: "Consult" }));
  await userEvent.click(await screen.findByRole("combobox", { name: "Queue" }));
  await userEvent.click(await screen.findByRole("option", { name: "Front desk" }));
  const ask = screen.getByRole("button", { name: "Ask" });
  expect((ask as HTMLButtonElement).disabled).toBe(true);
  await userEvent.click(await screen.findByRole("combobox", { name: "Person" }));
  await userEvent.click(await screen.findByRole("option", { name: /Cleo/ }));
  await userEvent.type(screen.getByLabelText("What is it about?"), "Which plan fits?");
  await userEvent.click(ask);
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  const asked = calls.find(({ path }) => path === `${PART}/consult`);
  expect(asked?.body).toEqual({ userId: "cleo", note: "Which plan fits?" });
});

const consulting = (state: string) =>
  conversation({ participants: [part({}), advisor({ state })] });

test("while a colleague is only asked they are not handed the conversation", async () => {
  const calls = serve(rules(consulting("alerting")));
  open(DeskPage, "/desk?c=c1");
  expect(await screen.findByText(/Cleo was asked to read along/)).toBeTruthy();
  expect(screen.queryByRole("button", { name: "Hand over to Cleo" })).toBeNull();
  await userEvent.click(screen.getByRole("button", { name: "Withdraw" }));
  await waitFor(() => {
    const [ended] = calls.filter(({ method }) => method === "PATCH");
    expect(ended?.path).toBe("/api/v2/conversations/messages/c1/participants/p2");
    expect(ended?.body).toEqual({ state: "disconnected" });
  });
});

test("who reads along is handed the conversation", async () => {
  const calls = serve(rules(consulting("connected")));
  open(DeskPage, "/desk?c=c1");
  await userEvent.click(await screen.findByRole("button", { name: "Hand over to Cleo" }));
  const path = "/api/v2/conversations/c1/participants/p1/replace/agent";
  await waitFor(() => expect(calls.some((each) => each.path === path)).toBe(true));
  const given = calls.find((each) => each.path === path);
  expect(given?.body).toEqual({ userId: "cleo", transferType: "Attended" });
});

test("who is asked for advice sees by whom and what about, and accepts like any offer", async () => {
  const owner = part({ id: "p0", user: { id: "ben", name: "Ben" } });
  const asked = part({
    mode: "consult",
    state: "alerting",
    askedBy: { id: "ben", name: "Ben" },
    askedNote: "Which plan fits?",
  });
  const calls = serve(rules(conversation({ participants: [owner, asked] })));
  open(DeskPage, "/desk?c=c1");
  expect(await screen.findByText(/Ben asks for your advice/)).toBeTruthy();
  expect(screen.getByText("Which plan fits?")).toBeTruthy();
  await userEvent.click(screen.getByRole("button", { name: "Accept" }));
  await waitFor(() => {
    const [accepted] = calls.filter(({ method }) => method === "PATCH");
    expect([accepted?.path, accepted?.body]).toEqual([PART, { state: "connected" }]);
  });
});

test("a thread tells who was asked what, who read along, and how that ended", () => {
  const over = { state: "disconnected", endTime: "2026-11-22T10:09:00Z" };
  const kindsOf = (...parts: Part[]) =>
    timelineOf([], [], conversation({ participants: parts }), []).map((each) =>
      "step" in each ? [each.step.kind, each.step.who, each.step.whom] : each.id,
    );
  const read = advisor({ connectedTime: "2026-11-22T10:06:00Z", ...over, disconnectType: "peer" });
  expect(kindsOf(read)).toEqual([
    ["asked", "Ada", "Cleo"],
    ["readsAlong", "Cleo", undefined],
    ["stoppedReading", "Cleo", undefined],
  ]);
  const declined = advisor({ ...over, disconnectType: "client" });
  expect(kindsOf(declined).at(-1)).toEqual(["declined", "Cleo", undefined]);
});
