import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";
import { open, refusal, serve } from "@/world";
import { WorkstreamPage } from "..";
import { isFilled, kindOf, newTest } from "./conditions";
import { wrongParts } from "./editor";
import { editOf, valuesOf, type Workstream } from "./values";

const AT = "/api/v2/routing/workstreams/w1";
const WORKSTREAM: Workstream = {
  id: "w1",
  name: "Shop",
  division: { id: "home", name: "Home" },
  channel: "whatsapp",
  isDraft: true,
  distribution: "push",
  language: "en",
  numbers: [{ id: "n1", name: "Harbour Shop", phoneNumber: "+4515112345678" }],
  rules: [
    {
      name: "Invoices",
      conditions: [{ field: "text", test: "containsAny", values: ["invoice", "bill"] }],
      queue: { id: "q1" },
      skills: [{ id: "s1" }],
      language: { id: "l1" },
      priority: 5,
    },
  ],
  fallbackQueue: { id: "q1" },
  capacityUnits: 1,
  wrapupBlocksCapacity: true,
  allowedPresences: ["OnQueue"],
  keepSameAgent: true,
  declineLimit: 3,
  agentAwayMinutes: 15,
  autoClose: { openHours: 720, connectedHours: 720, parkedHours: 24 },
  messages: [{ trigger: "greeting", language: "en", text: "Hello", afterSeconds: 0 }],
  quickReplies: [{ name: "Thanks", text: "Thank you" }],
  attachments: { customers: true, agents: false },
  version: 2,
  dateCreated: "2026-01-01T00:00:00.000Z",
  dateModified: "2026-01-01T00:00:00.000Z",
  selfUri: AT,
};
const QUEUES = {
  "GET /api/v2/routing/queues/divisionviews": { entities: [{ id: "q1", name: "Clinic" }] },
};

function visit(step = "") {
  open(WorkstreamPage, `/channels/workstreams/w1${step}`, "/channels/workstreams/$id");
}

test("a workstream comes back to the API as it was", () => {
  const { values, version } = valuesOf(WORKSTREAM);
  expect(editOf(values, version)).toMatchObject({
    numbers: [{ id: "n1" }],
    rules: WORKSTREAM.rules,
    fallbackQueue: { id: "q1" },
    operatingHours: null,
    threadingHours: null,
    autoClose: WORKSTREAM.autoClose,
    agentAwayMinutes: 15,
    attachments: WORKSTREAM.attachments,
    messages: WORKSTREAM.messages,
    survey: { enabled: false },
    version: 2,
  });
});

test.each([
  [{ field: "text", test: "containsAny", values: ["bill"] }, true],
  [{ field: "text", test: "containsAny", values: [] }, false],
  [{ field: "name", test: "exists", values: [] }, true],
  [{ field: "attribute.", test: "is", values: ["gold"] }, false],
  [{ field: "time", test: "between", values: ["08:00", ""] }, false],
])("whether a condition can be asked: %j", (condition, expected) => {
  expect(isFilled(condition)).toBe(expected);
});

test("a field of an attribute is known by its kind, and one of later days is left alone", () => {
  expect(kindOf("attribute.tier")).toBe("attribute");
  expect(kindOf("moon")).toBeUndefined();
  expect(newTest("time").values).toEqual(["08:00", "17:00"]);
});

test("the part with the fault is known, wherever one stands", () => {
  expect(wrongParts({ rules: "No queue.", survey: "Too long." })).toEqual(["rules", "survey"]);
});

test("a draft is saved step by step, and goes on with the next", async () => {
  const calls = serve({
    ...QUEUES,
    [`GET ${AT}`]: WORKSTREAM,
    [`PUT ${AT}`]: ({ body }: { body: unknown }) => ({
      ...WORKSTREAM,
      name: (body as { name: string }).name,
      version: 3,
    }),
  });
  visit();
  await userEvent.type(await screen.findByLabelText("Name"), "s");
  await userEvent.click(screen.getByRole("button", { name: "Save and continue" }));
  await waitFor(() =>
    expect(screen.getByRole("tab", { name: "2. Rules" }).ariaSelected).toBe("true"),
  );
  const put = calls.find(({ method }) => method === "PUT");
  expect(put?.body).toMatchObject({ name: "Shops", version: 2 });
  expect(put?.body).not.toHaveProperty("isDraft");
});

test("what is wrong in a part that is not open is marked at its tab", async () => {
  serve({
    [`GET ${AT}`]: { ...WORKSTREAM, isDraft: false },
    [`PUT ${AT}`]: refusal(400, {
      message: "Rule Invoices: there is no queue q1.",
      details: [{ fieldName: "rules[0].queue", message: "Rule Invoices: there is no queue q1." }],
    }),
  });
  visit();
  await userEvent.type(await screen.findByLabelText("Name"), "s");
  await userEvent.click(screen.getByRole("button", { name: "Save" }));
  const tab = await screen.findByRole("tab", { name: /Rules/ });
  await within(tab).findByLabelText("Something is to be mended here.");
  await userEvent.click(tab);
  expect(await screen.findByText("Rule Invoices: there is no queue q1.")).toBeTruthy();
});

test("a message is tried, and each rule says whether it fits and why not", async () => {
  const calls = serve({
    ...QUEUES,
    [`GET ${AT}`]: WORKSTREAM,
    [`POST ${AT}/try`]: {
      operatingHours: "open",
      isFallback: true,
      queue: { id: "q1", name: "Clinic" },
      rules: [
        {
          name: "Invoices",
          fits: false,
          why: "Not so: hours is closed.",
          failed: { field: "hours", test: "is", values: ["closed", "holiday"] },
        },
      ],
    },
  });
  visit("?step=rules");
  await userEvent.type(await screen.findByLabelText("What the customer writes"), "Hello");
  await userEvent.click(screen.getByRole("button", { name: "Try" }));
  expect(await screen.findByText("It goes to Clinic.")).toBeTruthy();
  expect(screen.getByText("Not so: Operating hours is “Closed”, “Holiday”")).toBeTruthy();
  expect(calls.find(({ path }) => path.endsWith("/try"))?.body).toMatchObject({
    text: "Hello",
    language: "en",
    firstMessage: true,
  });
});

test("the last step finishes the draft", async () => {
  const calls = serve({ ...QUEUES, [`GET ${AT}`]: WORKSTREAM, [`PUT ${AT}`]: WORKSTREAM });
  visit("?step=summary");
  expect(await screen.findByText("Harbour Shop")).toBeTruthy();
  await userEvent.click(await screen.findByRole("button", { name: "Finish" }));
  await waitFor(() =>
    expect(calls.find(({ method }) => method === "PUT")?.body).toMatchObject({
      isDraft: false,
      version: 2,
    }),
  );
});

test("before it is deleted it is said what that touches", async () => {
  serve({
    ...QUEUES,
    [`GET ${AT}`]: WORKSTREAM,
    [`GET ${AT}/dependents`]: { numbers: WORKSTREAM.numbers, conversationCount: 3 },
  });
  visit();
  await userEvent.click(await screen.findByRole("button", { name: "Delete" }));
  expect(
    await screen.findByText(/Harbour Shop will be given to nobody. 3 conversations go on/),
  ).toBeTruthy();
});

test("what was not said lately stands with its reasons, and is said when that can help", async () => {
  const unsaid = {
    id: "u1",
    conversationId: "c1",
    trigger: "waiting",
    text: "A moment, please.",
    time: "2026-11-22T10:00:00.000Z",
    errorCode: "window.closed",
    errorText: "Closed.",
    canRetry: true,
    address: "254711000042",
  };
  const calls = serve({
    ...QUEUES,
    [`GET ${AT}`]: { ...WORKSTREAM, isDraft: false },
    [`GET ${AT}/unsaid`]: {
      total: 3,
      reasons: [
        { errorCode: "window.closed", errorText: "Closed.", count: 2 },
        { errorCode: "template.paused", errorText: "It is paused.", count: 1 },
      ],
      entities: [unsaid, { ...unsaid, id: "u2", canRetry: false }],
    },
    "POST /api/v2/conversations/messages/c1/unsaid/u1": { id: "m1" },
  });
  visit("?step=messages");
  await screen.findByText("Not said lately: 3 messages");
  screen.getByText("1 · It is paused.");
  await userEvent.click(screen.getByRole("button", { name: "Try again" }));
  await waitFor(() => expect(calls.some(({ path }) => path.endsWith("/unsaid/u1"))).toBe(true));
});
