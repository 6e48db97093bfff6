import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";
import { open, refusal, serve } from "@/world";
import { ContentProfilesPage, IntegrationPage } from ".";
import { holds, toggled } from "./contents";

const PATH = "/api/v2/conversations/messaging/supportedcontent";
const NUMBERS = "/api/v2/conversations/messaging/integrations/whatsapp";
const types = (...all: string[]) => all.map((type) => ({ type }));
const ALL = {
  ...{ id: "p1", name: "Everything", version: 1, isDefault: true },
  ...{ dateCreated: "2026-01-01T00:00:00.000Z", dateModified: "2026-01-01T00:00:00.000Z" },
  mediaTypes: { allow: { inbound: types("*/*"), outbound: types("*/*") } },
  selfUri: `${PATH}/p1`,
};
const PAPERS = {
  ...{ ...ALL, id: "p2", name: "Papers", version: 3, isDefault: false },
  mediaTypes: { allow: { inbound: [], outbound: types("application/pdf", "model/gltf") } },
};

test("a family takes its types in, and choosing it leaves none of them beside", () => {
  expect(holds("image/*", "image/png")).toBe(true);
  expect(holds("*/*", "video/*")).toBe(true);
  expect(holds("image/*", "video/mp4")).toBe(false);
  expect(toggled(["image/png", "video/mp4"], "image/*", true)).toEqual(["video/mp4", "image/*"]);
  expect(toggled(["image/*"], "*/*", true)).toEqual(["*/*"]);
  expect(toggled(["image/*", "text/*"], "text/*", false)).toEqual(["image/*"]);
});

test("the list says which profile is the default, and what passes each way", async () => {
  serve({ [`GET ${PATH}`]: { entities: [ALL, PAPERS], total: 2 } });
  open(ContentProfilesPage, "/channels/content-profiles");
  const row = await screen.findByRole("row", { name: /Papers/ });
  expect(within(row).getByText("No files")).toBeTruthy();
  expect(within(row).getByText("PDF, model/gltf")).toBeTruthy();
  expect(
    within(screen.getByRole("row", { name: /^Everything/ })).getByText("Default"),
  ).toBeTruthy();
});

test("types are chosen by boxes; what a program wrote stays", async () => {
  const calls = serve({
    [`GET ${PATH}`]: { entities: [PAPERS], total: 1 },
    [`GET ${NUMBERS}`]: { entities: [{ id: "i1", name: "Clinic" }], total: 3 },
    [`PATCH ${PATH}/p2`]: PAPERS,
  });
  open(ContentProfilesPage, "/channels/content-profiles?open=p2");
  expect(await screen.findByText(/Decides for Clinic\. And for 2 more numbers\./)).toBeTruthy();
  expect(calls.find(({ path }) => path === NUMBERS)?.query["supportedContent.id"]).toBe("p2");
  const inbound = within(screen.getByRole("group", { name: "From customers" }));
  await userEvent.click(inbound.getByRole("checkbox", { name: "Pictures" }));
  expect(inbound.getByRole<HTMLInputElement>("checkbox", { name: "PNG" }).checked).toBe(true);
  await userEvent.click(screen.getByRole("button", { name: "Save" }));
  await waitFor(() =>
    expect(calls.find(({ method }) => method === "PATCH")?.body).toEqual({
      name: "Papers",
      mediaTypes: {
        allow: { inbound: types("image/*"), outbound: types("application/pdf", "model/gltf") },
      },
      version: 3,
    }),
  );
});

test("a profile in use is not deleted, and the reason is told", async () => {
  serve({
    [`GET ${PATH}`]: { entities: [PAPERS], total: 1 },
    [`DELETE ${PATH}/p2`]: refusal(409, {
      code: "content.in.use",
      message: "Papers is the content profile of Clinic. Choose another one for them first.",
    }),
  });
  open(ContentProfilesPage, "/channels/content-profiles?open=p2");
  await userEvent.click(await screen.findByRole("button", { name: "Delete" }));
  const asked = await screen.findByText(/Delete the content profile Papers/);
  const popover = within(asked.parentElement as HTMLElement);
  await userEvent.click(popover.getByRole("button", { name: "Delete" }));
  expect(await screen.findByText(/Papers is the content profile of Clinic/)).toBeTruthy();
});

test("a number chooses its profile on its page, or follows the default", async () => {
  const number = {
    ...{ id: "i1", name: "Clinic", status: "Active", version: 1, recipientsLast24h: 0 },
    ...{ throughput: 80, webhookUrl: "https://desk.example/webhooks/meta" },
    ...{ followsDefaultContent: true, supportedContent: { id: "p1", name: "Everything" } },
  };
  const calls = serve({
    [`GET ${NUMBERS}/i1`]: number,
    [`GET ${PATH}`]: { entities: [ALL, PAPERS], total: 2 },
    [`PATCH ${NUMBERS}/i1`]: {
      ...{ ...number, followsDefaultContent: false, version: 2 },
      supportedContent: { id: "p2", name: "Papers" },
    },
  });
  open(IntegrationPage, "/channels/whatsapp/i1?tab=settings", "/channels/whatsapp/$id");
  const picker = await screen.findByRole("combobox", { name: "Content profile" });
  await waitFor(() =>
    expect(picker.getAttribute("placeholder")).toBe("The organization's default: Everything"),
  );
  await userEvent.click(picker);
  await userEvent.click(await screen.findByRole("option", { name: "Papers" }));
  await userEvent.click(screen.getByRole("button", { name: "Save" }));
  await waitFor(() =>
    expect(calls.find(({ method }) => method === "PATCH")?.body).toMatchObject({
      supportedContent: { id: "p2" },
      version: 1,
    }),
  );
});
