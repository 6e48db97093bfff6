import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";
import { open, refusal, serve } from "@/world";
import { DeskPage } from ".";

const AT = "2026-11-22T10:00:00.000Z";
const WAITING = {
  conversationId: "c1",
  queue: { id: "q1", name: "Clinic" },
  customer: { id: "k1", name: "Amina" },
  address: "254711000042",
  since: AT,
  priority: 0,
  skills: [],
  lastMessageTime: AT,
  lastText: "Hello",
  lastDirection: "inbound",
  declines: 0,
  hops: 0,
};
const HIDDEN = refusal(404, { code: "not.found", message: "There is no conversation c1." });
const RULES = {
  "GET /api/v2/sessions": { user: { id: "me", name: "Ada" }, csrfToken: "t" },
  "GET /api/v2/routing/queues/me/waiting": { entities: [WAITING] },
  "GET /api/v2/conversations/messages/c1": HIDDEN,
  "GET /api/v2/interactions/c1": HIDDEN,
};

test("what waits in one's queue in another division is taken unread", async () => {
  const calls = serve({ ...RULES, "POST /api/v2/conversations/c1/assign": { id: "p1" } });
  open(DeskPage, "/desk?tab=waiting&c=c1");

  expect(await screen.findByText(/You can read it once it is yours/)).toBeTruthy();
  expect(screen.queryByText("There is no conversation c1.")).toBeNull();
  await userEvent.click(screen.getByRole("button", { name: "Take it" }));

  await waitFor(() =>
    expect(calls.find(({ path }) => path.endsWith("/assign"))?.body).toEqual({ id: "me" }),
  );
});

test("elsewhere on the desk what may not be seen is said to be not there", async () => {
  serve(RULES);
  open(DeskPage, "/desk?tab=team&c=c1");

  expect((await screen.findAllByText("There is no conversation c1.")).length).toBeGreaterThan(0);
  expect(screen.queryByRole("button", { name: "Take it" })).toBeNull();
});
