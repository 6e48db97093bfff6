import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";
import { open, refusal, serve } from "@/world";
import { HoursPage, QueuePage, QueuesPage, SkillsPage } from ".";
import { intervalsOf, weekOf, type Hours } from "./hours";
import { editOf, valuesOf } from "./queueEditor";
import type { Queue } from "./types";

const QUEUE: Queue = {
  id: "q1",
  name: "Shop",
  description: "",
  division: { id: "home", name: "Home" },
  version: 3,
  dateCreated: "2026-01-01T00:00:00.000Z",
  dateModified: "2026-01-01T00:00:00.000Z",
  memberCount: 2,
  userMemberCount: 2,
  joinedMemberCount: 1,
  mediaSettings: {
    message: {
      enableAutoAnswer: false,
      alertingTimeoutSeconds: 30,
      serviceLevel: { percentage: 0.8, durationMs: 20_000 },
    },
  },
  acwSettings: { wrapupPrompt: "MANDATORY_TIMEOUT", timeoutMs: 60_000 },
  scoringMethod: "TimestampAndPriority",
  skillEvaluationMethod: "ALL",
  lastAgentRoutingMode: "Disabled",
  cannedResponseLibraries: { mode: "All" },
  enableManualAssignment: true,
  assignmentMethod: "longest_idle",
  bullseye: {
    rings: [
      { expansionCriteria: [{ threshold: 15 }], actions: { skillsToRemove: [{ id: "s1" }] } },
    ],
  },
  overflow: { action: "transfer", afterSeconds: 90, queue: { id: "q2" } },
  selfUri: "/api/v2/routing/queues/q1",
};
const AT = "/api/v2/routing/queues/q1";

test("a queue's settings come back to the API as they were", () => {
  const { values, version } = valuesOf(QUEUE);
  expect(editOf(values, version)).toMatchObject({
    name: "Shop",
    mediaSettings: QUEUE.mediaSettings,
    acwSettings: QUEUE.acwSettings,
    bullseye: QUEUE.bullseye,
    overflow: { action: "transfer", afterSeconds: 90, queue: { id: "q2" } },
    version: 3,
  });
});

test("without rings and overflow the API is told so, and not left with the old ones", () => {
  const { values } = valuesOf(QUEUE);
  const edit = editOf({ ...values, rings: [], overflow: "none" });
  expect(edit.bullseye).toEqual({ rings: [] });
  expect(edit.overflow).toEqual({ action: "none", afterSeconds: 90 });
});

test("what the API says of a setting stands at its field", async () => {
  serve({
    [`GET ${AT}`]: QUEUE,
    [`PUT ${AT}`]: refusal(400, {
      message: "The request is not valid.",
      details: [
        {
          fieldName: "mediaSettings.message.alertingTimeoutSeconds",
          message: "From 7 to 900 seconds.",
        },
      ],
    }),
  });
  open(QueuePage, "/administration/queues/q1?tab=settings", "/administration/queues/$id");
  await userEvent.type(await screen.findByLabelText("Name"), "s");
  await userEvent.click(screen.getByRole("button", { name: "Save" }));
  expect(await screen.findByText("From 7 to 900 seconds.")).toBeTruthy();
  expect(screen.getByLabelText<HTMLInputElement>("Name").value).toBe("Shops");
});

test("a member's ring and taking part are written as they are clicked", async () => {
  const calls = serve({
    [`GET ${AT}`]: QUEUE,
    [`GET ${AT}/members`]: {
      total: 1,
      entities: [
        {
          id: "u1",
          name: "Grace",
          joined: true,
          ringNumber: 1,
          presence: "Meal",
          routingStatus: { userId: "u1", status: "OFF_QUEUE" },
        },
      ],
    },
  });
  open(QueuePage, "/administration/queues/q1", "/administration/queues/$id");
  const row = await screen.findByRole("row", { name: /Grace/ });
  expect(within(row).getByText("Meal")).toBeTruthy();
  await userEvent.click(within(row).getByRole("switch", { name: "Grace takes part" }));
  await waitFor(() =>
    expect(calls.find(({ method }) => method === "PATCH")).toMatchObject({
      path: `${AT}/members/u1`,
      body: { joined: false },
    }),
  );
});

test("who may only look at queues sees no button that would be refused", async () => {
  serve({
    "GET /api/v2/users/me": {
      id: "me",
      authorization: { permissions: ["routing:queue:view", "routing:skill:view"] },
    },
    "GET /api/v2/routing/queues": { total: 1, entities: [QUEUE] },
  });
  open(QueuesPage, "/administration/queues");
  expect(await screen.findByRole("link", { name: "Shop" })).toBeTruthy();
  expect(screen.queryByRole("button", { name: "New queue" })).toBeNull();
  expect(screen.queryByRole("button", { name: "Default capacity" })).toBeNull();
});

test("a skill that rings need is not deleted, and the words say why", async () => {
  serve({
    "GET /api/v2/routing/skills": {
      total: 1,
      entities: [{ id: "s1", name: "Returns", state: "active", version: "1" }],
    },
    "DELETE /api/v2/routing/skills/s1": refusal(409, {
      code: "skill.in.use",
      message: "The skill Returns is named by the rings of the queue Shop.",
    }),
  });
  open(SkillsPage, "/administration/skills?open=s1");
  await userEvent.click(await screen.findByRole("button", { name: "Delete" }));
  const asked = await screen.findByText(/Everybody loses it/);
  const popover = within(asked.parentElement as HTMLElement);
  await userEvent.click(popover.getByRole("button", { name: "Delete" }));
  expect(await screen.findByText(/rings of the queue Shop/)).toBeTruthy();
});

test("a week comes back to the API as it was, and midnight at its end is 24:00", () => {
  const week: Hours["week"] = [
    { day: "monday", from: "09:00", to: "12:00" },
    { day: "monday", from: "13:00", to: "17:00" },
    { day: "sunday", from: "00:00", to: "24:00" },
  ];
  expect(weekOf(week).sunday).toEqual([{ from: "00:00", to: "00:00" }]);
  expect(intervalsOf(weekOf(week))).toEqual(week);
});

test("new operating hours are written with the week and the holidays that were filled in", async () => {
  const calls = serve({ "POST /api/v2/routing/operatinghours": { id: "h1" } });
  open(HoursPage, "/administration/hours/new", "/administration/hours/$id");
  await userEvent.type(await screen.findByLabelText("Name"), "Shop");
  await userEvent.click(screen.getByRole("button", { name: "Add a time on Monday" }));
  await userEvent.click(screen.getByRole("button", { name: "Tuesday to Friday like Monday" }));
  await userEvent.click(screen.getByRole("button", { name: "Remove the time on Friday" }));
  await userEvent.click(screen.getByRole("button", { name: "Add a holiday" }));
  await userEvent.click(screen.getByRole("button", { name: "Save" }));
  expect(await screen.findByText(/Give each holiday its date/)).toBeTruthy();
  await userEvent.type(screen.getByLabelText("Date"), "2026-12-25");
  await userEvent.click(screen.getByRole("button", { name: "Save" }));
  await waitFor(() =>
    expect(calls.find(({ method }) => method === "POST")?.body).toMatchObject({
      name: "Shop",
      week: ["monday", "tuesday", "wednesday", "thursday"].map((day) => ({
        day,
        from: "09:00",
        to: "17:00",
      })),
      holidays: [{ date: "2026-12-25", name: "" }],
    }),
  );
});

test("a skill is renamed, and its sheet says who has it", async () => {
  const calls = serve({
    "GET /api/v2/routing/skills": {
      total: 1,
      entities: [{ id: "s1", name: "Returns", state: "active", version: "1" }],
    },
    "GET /api/v2/routing/skills/s1/users": {
      total: 101,
      entities: [{ id: "u1", name: "Grace", proficiency: 4.5 }],
    },
    "PUT /api/v2/routing/skills/s1": { id: "s1", name: "Refunds" },
  });
  open(SkillsPage, "/administration/skills?open=s1");
  const sheet = within(await screen.findByRole("dialog", { name: "Returns" }));
  expect(await sheet.findByRole("link", { name: "Grace" })).toBeTruthy();
  expect(sheet.getByText("4.5 of 5")).toBeTruthy();
  expect(sheet.getByText("and 100 more")).toBeTruthy();
  await userEvent.clear(sheet.getByLabelText("Name"));
  await userEvent.type(sheet.getByLabelText("Name"), "Refunds");
  await userEvent.click(sheet.getByRole("button", { name: "Save" }));
  await waitFor(() =>
    expect(calls.find(({ method }) => method === "PUT")?.body).toEqual({ name: "Refunds" }),
  );
});
