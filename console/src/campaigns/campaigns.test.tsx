import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";
import { ExportSheet } from "@/exports";
import { open, refusal, serve, show } from "@/world";
import { timesOf } from "./editor/times";
import { EditCampaignPage } from "./editor";
import { csvOf, grouped } from "./board/rates";
import { Deeds } from "./board/Deeds";
import { resultsExports } from "./board/queries";
import { EffectiveQuiet } from "./editor/EffectiveQuiet";
import { CampaignStatus } from "./status";
import { PARTS, segmentsOf, wholeOf } from "./segments";
import type { Minute, Progress } from "./types";

const ref = (id: string, name: string) => ({ id, name });
const campaign = {
  id: "c1",
  name: "Spring",
  version: 3,
  division: ref("home", "Home"),
  campaignStatus: "on",
  contactList: ref("l1", "Customers"),
  dncLists: [],
  alwaysRunning: false,
  contactSorts: [],
  messagesPerMinute: 60,
  contactListFilters: [],
  whatsAppConfig: {
    whatsAppColumns: ["Phone"],
    whatsAppIntegration: ref("i1", "Shop"),
    contentTemplate: ref("r1", "spring_offer"),
  },
  parameterMappings: [],
  errors: [],
};
const progress = {
  campaign: ref("c1", "Spring"),
  contactList: ref("l1", "Customers"),
  numberOfContactsSkipped: { "dnc.listed": 2 },
  campaignStatus: "on",
  phase: "ready",
  totalNumberOfContacts: 20,
  percentage: 60,
  numberOfContactsCalled: 10,
  numberOfContactsMessaged: 8,
  run: 0,
  remaining: 8,
  queued: 1,
  sent: 8,
  delivered: 6,
  read: 5,
  failed: 1,
  unknown: 0,
  excluded: 2,
  retried: 0,
  ratePerMinute: 60,
} as unknown as Progress;
const list = {
  ...ref("l1", "Customers"),
  columnNames: ["Phone", "Name"],
  whatsAppColumns: [{ columnName: "Phone", type: "cell" }],
  unusableReasons: [],
  size: 20,
};
const template = {
  ...{ id: "r1", responseId: "r1", name: "spring_offer", language: "en", body: "Hello" },
  ...{ buttons: [], placeholders: [], integrations: [] },
};
const ONE = "/api/v2/outbound/messagingcampaigns/c1";

test("each contact stands in one part of the bar, and the parts are the whole", () => {
  const segments = segmentsOf(progress);
  expect(segments).toMatchObject({ read: 5, delivered: 1, sent: 2, failed: 1, queued: 1, left: 8 });
  expect(wholeOf(segments)).toBe(20);
  expect(PARTS.every((part) => segments[part] >= 0)).toBe(true);
});

test("a window that ends before it begins ends the next day", () => {
  expect(timesOf({ day: "2026-02-28", from: "21:00", to: "06:00" })).toEqual({
    start: "2026-02-28T21:00:00",
    end: "2026-03-01T06:00:00",
  });
});

test("minutes are put together for the chart, and stay single in the CSV", () => {
  const minutes: Minute[] = [
    { minute: "2026-01-01T10:01:00Z", measures: { sent: 3, failed: 1 } },
    { minute: "2026-01-01T10:00:00Z", measures: { sent: 2 } },
  ];
  expect(grouped(minutes, 1)).toEqual([
    { minute: "2026-01-01T10:00:00Z", measures: { sent: 5, failed: 1 } },
  ]);
  expect(csvOf(minutes).split("\r\n")).toEqual([
    "minute,sent,delivered,read,failed",
    "2026-01-01T10:00:00Z,2,0,0,0",
    "2026-01-01T10:01:00Z,3,0,0,1",
    "",
  ]);
});

test("a status that is not good says why, and what to do", async () => {
  const reason = { code: "template.paused", message: "The template is paused. Wait for WhatsApp." };
  show(<CampaignStatus status="forced_off" reason={reason} />);
  expect(screen.getByText("Paused by Tidings")).toBeTruthy();
  await userEvent.click(screen.getByRole("button", { name: "Why?" }));
  expect(await screen.findByText("The template is paused.")).toBeTruthy();
  expect(screen.getByText("Wait for WhatsApp.")).toBeTruthy();
});

test("a run whose contacts are still laid out is said to be prepared", () => {
  show(<CampaignStatus status="on" phase="preparing" />);
  expect(screen.getByText("Preparing")).toBeTruthy();
});

test("while a campaign runs its template stays, its pace changes, and a refusal is at its field", async () => {
  const calls = serve({
    [`GET ${ONE}`]: campaign,
    "GET /api/v2/messaging/templates/r1": template,
    "GET /api/v2/outbound/contactlists/divisionviews/l1": list,
    [`GET ${ONE}/progress`]: progress,
    [`PUT ${ONE}`]: refusal(400, {
      message: "Too fast.",
      details: [{ fieldName: "messagesPerMinute", message: "messagesPerMinute is from 1 to 90." }],
    }),
  });
  open(EditCampaignPage, "/campaigns/c1/edit", "/campaigns/$id/edit");
  const pace = await screen.findByLabelText<HTMLInputElement>("Messages per minute");
  expect(screen.getByRole<HTMLInputElement>("combobox", { name: "Contact list" }).disabled).toBe(
    true,
  );
  expect(screen.getAllByText("Stop the campaign to change this.").length).toBeGreaterThan(0);
  await userEvent.clear(pace);
  await userEvent.type(pace, "500");
  await userEvent.click(screen.getByRole("button", { name: "Save" }));
  expect(await screen.findByText("messagesPerMinute is from 1 to 90.")).toBeTruthy();
  await waitFor(() => expect(pace.value).toBe("500"));
  expect(calls.find(({ method }) => method === "PUT")?.body).toMatchObject({
    version: 3,
    messagesPerMinute: 500,
    contactList: { id: "l1" },
  });
});

const FILES = "/api/v2/outbound/messagingcampaigns/c1/exports";
const file = (
  id: string,
  more: { uri?: string; state?: string; rows?: number; failure?: string },
) => ({
  ...{ id, fileName: `${id}.csv`, contentType: "text/csv", state: "done", rows: 20 },
  ...{ totalBytes: 900, dateCreated: "2026-01-01T10:00:00Z", dateExpires: "2026-01-08T10:00:00Z" },
  ...more,
});

test("a file of the results is ordered and waited for, and earlier ones are still there", async () => {
  const earlier = file("earlier", { uri: "/api/v2/downloads/d0/file" });
  const broken = file("broken", { state: "failed", failure: "The disk is full." });
  const made = file("made", { uri: "/api/v2/downloads/d1/file" });
  const answers = [
    { entities: [earlier, broken] },
    { entities: [file("made", { state: "running", rows: 0 }), earlier, broken] },
  ];
  const calls = serve({
    [`POST ${ONE}/export`]: { id: "d1", selfUri: "/api/v2/downloads/d1" },
    [`GET ${FILES}`]: () => answers.shift() ?? { entities: [made, earlier, broken] },
  });
  open(() => <ExportSheet source={resultsExports("c1")} label="Export" />, "/campaigns/c1");
  await userEvent.click(await screen.findByRole("button", { name: "Export" }));
  expect(await screen.findByText("The disk is full.")).toBeTruthy();
  await userEvent.click(screen.getByRole("button", { name: "Export as Excel" }));
  expect(await screen.findByText("Being made")).toBeTruthy();
  await waitFor(() => expect(screen.getAllByRole("link", { name: "Download" }).length).toBe(2));
  const links = screen.getAllByRole("link").map((link) => link.getAttribute("href"));
  expect(links).toEqual([made, earlier].map(({ uri }) => uri));
  expect(calls.find(({ method }) => method === "POST")?.query).toEqual({ format: "xlsx" });
});

test("how many failures can heal is said before they are tried again", async () => {
  const calls = serve({
    [`GET ${ONE}/retry`]: { contacts: 1200, more: false },
    [`POST ${ONE}/retry`]: { contacts: 1200, campaignStatus: "on" },
  });
  const standing = { status: progress.campaignStatus, hasContacts: true, hasFailed: true };
  open(() => <Deeds campaign={campaign as never} {...standing} />, "/campaigns/c1");
  await userEvent.click(await screen.findByRole("button", { name: "Retry failed" }));
  expect(await screen.findByText(/1,200 failed contacts would be tried again/)).toBeTruthy();
  expect(calls.some(({ method }) => method === "POST")).toBe(false);
  const [, confirm] = screen.getAllByRole("button", { name: "Retry failed" });
  await userEvent.click(confirm!);
  await waitFor(() => expect(calls.some(({ method }) => method === "POST")).toBe(true));
});

test("the quiet hours that hold for a campaign without its own are told", async () => {
  const quietHours = { from: "21:00", to: "08:00", days: ["monday"], timeZone: "Europe/Berlin" };
  serve({ "GET /api/v2/outbound/settings": { quietHours } });
  open(EffectiveQuiet, "/campaigns/new");
  const told = await screen.findByText(/Quiet from 21:00 to 08:00/);
  expect(told.textContent).toContain("on these days only: Mon.");
  expect(told.textContent).toContain("else that of Europe/Berlin");
});
