import { Blob as FileBlob } from "node:buffer";
import { useQuery } from "@tanstack/react-query";
import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";
import { ClientPage } from "./oauth";
import { InteractionsPage } from "./interactions";
import { SendPage } from "./interactions/send";
import { IntegrationPage } from "./channels";
import { Lift } from "./consent/SuppressionsPage";
import { LoginPage } from "./login/LoginPage";
import { changesOf } from "./audit/changes";
import { glance } from "./consent/csv";
import { NewPersonPage, PersonPage } from "./people";
import { toggled } from "./people/PermissionPicker";
import { ProfilePage } from "./profile";
import { firstPage } from "./shell/areas";
import { Connection } from "./shell/Connection";
import { statusQuery } from "./system/queries";
import { open, refusal, serve } from "./world";

test("a field error from the API stands at its field, and what was typed stays", async () => {
  serve({
    "POST /api/v2/users": refusal(400, {
      message: "The request is not valid.",
      details: [{ fieldName: "email", message: "Somebody has this address already." }],
    }),
  });
  open(NewPersonPage, "/administration/people/new");
  await userEvent.type(await screen.findByLabelText("Name"), "Grace");
  await userEvent.type(screen.getByLabelText("E-mail"), "grace@example.com");
  await userEvent.type(screen.getByLabelText("Password"), "a long enough one");
  await userEvent.click(screen.getByRole("button", { name: "Add" }));
  expect(await screen.findByText("Somebody has this address already.")).toBeTruthy();
  expect(screen.getByLabelText<HTMLInputElement>("Name").value).toBe("Grace");
});

test("an error without a field is shown in words with its context", async () => {
  serve({
    "POST /api/v2/users": refusal(403, { message: "You need a permission.", contextId: "c-1" }),
  });
  open(NewPersonPage, "/administration/people/new");
  await userEvent.type(await screen.findByLabelText("Name"), "Grace");
  await userEvent.type(screen.getByLabelText("E-mail"), "grace@example.com");
  await userEvent.type(screen.getByLabelText("Password"), "a long enough one");
  await userEvent.click(screen.getByRole("button", { name: "Add" }));
  expect(await screen.findByText("You need a permission.")).toBeTruthy();
  expect(screen.getByText("For support: c-1")).toBeTruthy();
});

test("when somebody else saved first, both versions are shown and mine can still win", async () => {
  const stored = { id: "7", name: "Grace", email: "g@example.com", version: 1 };
  let saved = 0;
  const calls = serve({
    "GET /api/v2/users/7": () => ({ ...stored, ...(saved ? { name: "Gracie", version: 2 } : {}) }),
    "GET /api/v2/authorization/subjects/7": { id: "7", grants: [] },
    "PATCH /api/v2/users/7": () => {
      saved += 1;
      return saved === 1
        ? refusal(409, { code: "general.conflict", message: "Stale." })
        : { ...stored, name: "Grace H.", version: 3 };
    },
  });
  open(PersonPage, "/administration/people/7", "/administration/people/$id");
  await userEvent.type(await screen.findByLabelText("Name"), " H.");
  await userEvent.click(screen.getByRole("button", { name: "Save" }));
  expect(await screen.findByText("Gracie")).toBeTruthy();
  await userEvent.click(screen.getByRole("button", { name: "Save mine" }));
  await waitFor(() =>
    expect(calls.filter(({ method }) => method === "PATCH").at(-1)?.body).toMatchObject({
      name: "Grace H.",
      version: 2,
    }),
  );
});

test("a filter goes into the address and into the question to the API", async () => {
  const calls = serve({});
  const router = open(InteractionsPage, "/interactions");
  await userEvent.click(await screen.findByRole("button", { name: "WhatsApp number" }));
  await userEvent.type(
    await screen.findByRole("textbox", { name: "WhatsApp number" }),
    "4915112345678",
  );
  await userEvent.click(screen.getByRole("button", { name: "Apply" }));
  await waitFor(() =>
    expect(router.state.location.href).toBe("/interactions?address=4915112345678"),
  );
  await waitFor(() =>
    expect(calls.some((call) => call.query.address === "4915112345678")).toBe(true),
  );
});

test("a link with filters shows the same list, and its export asks for the same", async () => {
  const calls = serve({});
  open(InteractionsPage, "/interactions?deliveryStatus=failed");
  const link = await screen.findByRole("link", { name: "Export CSV" });
  expect(link.getAttribute("href")).toBe("/api/v2/interactions/export?deliveryStatus=failed");
  expect(calls.some((call) => call.query.deliveryStatus === "failed")).toBe(true);
});

test("signing in asks for the code of the second step only when the API does", async () => {
  const calls = serve({
    "POST /api/v2/sessions": (call: { body: unknown }) =>
      (call.body as { totp?: string }).totp
        ? {
            csrfToken: "x",
            user: { id: "1", name: "Ada" },
            organization: { id: "o", name: "Acme" },
          }
        : refusal(401, { code: "totp.required", message: "A code is needed." }),
  });
  const router = open(LoginPage, "/login?next=/channels");
  await userEvent.type(await screen.findByLabelText("E-mail"), "ada@example.com");
  await userEvent.type(screen.getByLabelText("Password"), "secret");
  await userEvent.click(screen.getByRole("button", { name: "Sign in" }));
  const digits = await screen.findAllByRole("textbox");
  for (const [at, digit] of digits.entries()) await userEvent.type(digit, String(at + 1));
  await userEvent.click(screen.getByRole("button", { name: "Sign in" }));
  await waitFor(() => expect(router.state.location.pathname).toBe("/channels"));
  expect(calls.at(-1)?.body).toMatchObject({ email: "ada@example.com", totp: "123456" });
});

test("a throttled login says how long to wait", async () => {
  serve({
    "POST /api/v2/sessions": refusal(429, { message: "Too many." }, { "Retry-After": "30" }),
  });
  open(LoginPage, "/login");
  await userEvent.type(await screen.findByLabelText("E-mail"), "ada@example.com");
  await userEvent.type(screen.getByLabelText("Password"), "wrong");
  await userEvent.click(screen.getByRole("button", { name: "Sign in" }));
  expect(await screen.findByText(/Try again in (30|29) seconds/)).toBeTruthy();
});

test("the secret of a new OAuth client is shown after it was made", async () => {
  const client = {
    id: "c1",
    name: "CRM",
    authorizedGrantType: "CLIENT-CREDENTIALS",
    accessTokenValiditySeconds: 86_400,
    roleDivisions: [],
  };
  serve({
    "POST /api/v2/oauth/clients": { ...client, secret: "only-once" },
    "GET /api/v2/oauth/clients/c1": client,
  });
  open(ClientPage, "/administration/oauth/new", "/administration/oauth/$id");
  await userEvent.type(await screen.findByLabelText("Name"), "CRM");
  await userEvent.click(screen.getByRole("button", { name: "Add and show secret" }));
  expect(await screen.findByDisplayValue("only-once")).toBeTruthy();
});

test("a number is deleted only after what still waits was told", async () => {
  const number = {
    ...{ id: "i1", name: "Clinic", status: "Active", version: 1, recipientsLast24h: 0 },
    ...{ throughput: 80, webhookUrl: "https://desk.example/webhooks/meta" },
  };
  const path = "/api/v2/conversations/messaging/integrations/whatsapp/i1";
  const calls = serve({
    [`GET ${path}`]: number,
    [`DELETE ${path}`]: ({ query }: { query: Record<string, string> }) =>
      query.force === "true"
        ? number
        : refusal(409, {
            code: "integration.in.use",
            message: "3 messages are still queued.",
            messageParams: { queued: "3", underWay: "1" },
          }),
  });
  const router = open(IntegrationPage, "/channels/whatsapp/i1", "/channels/whatsapp/$id");
  await userEvent.click(await screen.findByRole("button", { name: "Delete" }));
  const dialog = within(await screen.findByRole("dialog"));
  await userEvent.click(dialog.getByRole("button", { name: "Delete" }));
  expect(await dialog.findByText("3 messages are still queued, 1 are on their way.")).toBeTruthy();
  await userEvent.click(dialog.getByRole("button", { name: "Delete anyway" }));
  await waitFor(() => expect(router.state.location.pathname).toBe("/channels"));
  expect(calls.filter(({ method }) => method === "DELETE").at(-1)?.query.force).toBe("true");
});

test("the second factor is set up with a code to scan and one to type", async () => {
  let isOn = false;
  const calls = serve({
    "GET /api/v2/users/me": () => ({
      ...{ id: "me", name: "Ada", email: "ada@example.com", locale: "en", version: 1 },
      secondFactor: isOn,
    }),
    "POST /api/v2/users/me/totp": { secret: "JBSWY3DP", uri: "otpauth://x", qrCode: "<svg></svg>" },
    "PUT /api/v2/users/me/totp": () => {
      isOn = true;
      return new Response(null, { status: 204 });
    },
  });
  open(ProfilePage, "/profile");
  await userEvent.click(await screen.findByRole("button", { name: "Set up" }));
  expect(
    await screen.findByRole("img", { name: "QR code for the authenticator app" }),
  ).toBeTruthy();
  expect(screen.getByDisplayValue("JBSWY3DP")).toBeTruthy();
  await userEvent.type(screen.getByLabelText("Code"), "123456");
  await userEvent.click(screen.getByRole("button", { name: "Switch on" }));
  expect(await screen.findByText("Switched on")).toBeTruthy();
  expect(calls.find(({ method }) => method === "PUT")?.body).toEqual({ code: "123456" });
});

test("a suppression is lifted where it is listed", async () => {
  const calls = serve({
    "DELETE /api/v2/suppressions/4915100": () => new Response(null, { status: 204 }),
  });
  open(() => <Lift address="4915100" />, "/consent/suppressions");
  await userEvent.click(await screen.findByRole("button", { name: "Lift" }));
  await userEvent.click((await screen.findAllByRole("button", { name: "Lift" })).at(-1)!);
  const notice = await screen.findByText("4915100 is tried again.");
  expect(notice.closest("[role=status]")).toBeTruthy();
  expect(calls.some(({ method }) => method === "DELETE")).toBe(true);
});

test("an outage is said calmly, and goes by itself", async () => {
  let isUp = false;
  serve({
    "GET /api/v2/system/status": () => {
      if (isUp) return { version: "1" };
      throw new TypeError("Failed to fetch");
    },
  });
  function Watching() {
    const { data } = useQuery(statusQuery);
    return (
      <>
        <Connection />
        <p>{data?.version}</p>
      </>
    );
  }
  open(Watching, "/x");
  expect(await screen.findByText("No connection. Trying again by itself.")).toBeTruthy();
  isUp = true;
  expect(await screen.findByText("1")).toBeTruthy();
  await waitFor(() => expect(screen.queryByText(/No connection/)).toBeNull());
});

test("a notification is previewed, its refusal explained, and consent recorded on the spot", async () => {
  let hasConsent = false;
  const template = {
    id: "t1",
    responseId: "r1",
    name: "order_ready",
    language: "en",
    category: "UTILITY",
    status: "APPROVED",
    body: "Hello {{1}}",
    integrations: [],
    placeholders: [{ part: "body", key: "1", example: "Amina" }],
  };
  const calls = serve({
    "GET /api/v2/conversations/messaging/integrations/whatsapp": {
      entities: [{ id: "i1", name: "Support", status: "Active", version: 1 }],
    },
    "GET /api/v2/messaging/templates": { entities: [template] },
    "POST /api/v2/conversations/messages/agentless/preview": () => ({
      allowed: hasConsent,
      refusals: hasConsent
        ? []
        : [{ code: "consent.required", message: "No opt-in is stored. Record one first." }],
      rendered: { body: "Hello Amina" },
    }),
    "POST /api/v2/consents": () => {
      hasConsent = true;
      return { id: "k" };
    },
    "POST /api/v2/conversations/messages/agentless": { id: "m1", conversationId: "v1" },
    "GET /api/v2/interactions/v1": {
      customer: { id: "c1", name: "Amina", address: "4915112345678" },
      integration: { id: "i1", name: "Support" },
      messages: [
        {
          id: "m1",
          status: "read",
          direction: "outbound",
          kind: "template",
          time: "2026-01-01T00:00:00Z",
        },
      ],
    },
  });
  open(SendPage, "/interactions/send");
  await userEvent.click(await screen.findByRole("combobox", { name: "Template" }));
  await userEvent.click(await screen.findByText("order_ready · en"));
  await userEvent.type(await screen.findByLabelText("Text: 1"), "Amina");
  await userEvent.type(screen.getByLabelText("To"), "+49 151 12345678");
  expect(await screen.findByText("No opt-in is stored.")).toBeTruthy();
  expect(screen.getByText("Record one first.")).toBeTruthy();
  expect(screen.getByRole<HTMLButtonElement>("button", { name: "Send" }).disabled).toBe(true);
  await userEvent.click(screen.getByRole("button", { name: "Record consent" }));
  await userEvent.click(await screen.findByRole("button", { name: "Record" }));
  await waitFor(() => expect(screen.queryByText("No opt-in is stored.")).toBeNull());
  await userEvent.click(screen.getByRole("button", { name: "Send" }));
  expect((await screen.findAllByText("Read")).length).toBeGreaterThan(0);
  const sent = calls.find((call) => call.path.endsWith("/agentless"));
  expect(sent?.headers.get("Idempotency-Key")).toBeTruthy();
  expect(sent?.body).toMatchObject({
    fromAddress: "i1",
    messagingTemplate: { responseId: "r1", bodyParameters: [{ id: "1", value: "Amina" }] },
  });
});

test("a person starts on the first page their role opens", () => {
  expect(firstPage(["messaging:template:view"])).toBe("/templates");
  expect(firstPage([])).toBeUndefined();
});

test("taking one permission out of a wildcard leaves the others", () => {
  expect(toggled(["a:b:*"], "a:b:view", ["a:b:add", "a:b:view", "c:d:view"])).toEqual(["a:b:add"]);
});

test("a change shows only the fields that differ", () => {
  expect(changesOf({ name: "A", same: 1 }, { name: "B", same: 1, added: true })).toEqual([
    { field: "name", before: "A", after: "B" },
    { field: "added", before: undefined, after: true },
  ]);
});

test("a CSV is recognised by its separator, encoding and quotes", async () => {
  const file = new FileBlob(['address;note\n491511234567;"a; ""b"""\n']) as Blob;
  expect(await glance(file)).toEqual({
    encoding: "UTF-8",
    separator: ";",
    header: ["address", "note"],
    rows: [["491511234567", 'a; "b"']],
  });
});
