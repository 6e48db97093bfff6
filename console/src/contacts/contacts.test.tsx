import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, test } from "vitest";
import { DncListPage } from "@/dnc";
import { fromStored, isComplete, newConditions, placeOf, toBody } from "@/filters/conditions";
import { open, refusal, serve, type Call } from "@/world";
import { parseCsv } from "./csv";
import { ListPage } from "./index";
import { columnsBody, columnsOf, suggestColumns } from "./listColumns";

const LIST = {
  id: "7",
  name: "Spring",
  version: 1,
  division: { id: "d", name: "Home" },
  columnNames: ["Phone", "City", "Spent"],
  whatsAppColumns: [{ columnName: "Phone", type: "cell" }],
  phoneColumns: [],
  emailColumns: [],
  columnDataTypeSpecifications: [{ columnName: "Spent", columnDataType: "NUMERIC" }],
  trimWhitespace: true,
  unusableReasons: ["empty", "some.new.reason"],
  size: 0,
};
const LISTS = "/api/v2/outbound/contactlists";
const reader = {
  id: "me",
  name: "Rita",
  authorization: {
    permissions: ["outbound:contactList:view", "outbound:contact:view", "outbound:dncList:view"],
  },
};

test("CSV of the server is read with quotes, commas and line breaks in cells", () => {
  const text = '\uFEFFline,reason\r\n2,"No ""number"", sorry"\r\n3,"two\nlines"\r\n';
  expect(parseCsv(text)).toEqual([
    ["line", "reason"],
    ["2", 'No "number", sorry'],
    ["3", "two\nlines"],
  ]);
});

describe("the columns of a file", () => {
  test("are guessed from names and most values; the first phone column is for WhatsApp", () => {
    const header = ["Name", "Mobile", "Telefon 2", "E-Mail", "Spent", "Born", "Code"];
    const rows = [
      ["Ana", "+49 1511 23", "0151/2345678", "a@b.c", "1.5", "1990-01-31", "007"],
      ["Bo", "no number", "", "", "2", "1991-12-01", "12"],
      ["Cy", "+4515112300", "", "c@d.e", "3", "1992-12-01", "13"],
    ];
    const kinds = suggestColumns(header, rows).map(({ kind }) => kind);
    expect(kinds).toEqual(["text", "whatsApp", "phone", "email", "number", "date", "text"]);
  });

  test("go to the API and come back the same", () => {
    const body = columnsBody(columnsOf(LIST));
    expect(body.whatsAppColumns).toEqual(LIST.whatsAppColumns);
    expect(columnsOf({ ...LIST, ...body } as never)).toEqual(columnsOf(LIST));
  });
});

describe("a filter", () => {
  const predicates = [
    { column: "City", operator: "EQUALS", columnType: "alphabetic", inverted: true, value: "" },
    { column: "Spent", operator: "LESS_THAN", columnType: "numeric", inverted: false, value: "5" },
    {
      column: "Spent",
      operator: "BETWEEN",
      columnType: "numeric",
      inverted: false,
      range: { min: "1", minInclusive: true },
    },
    {
      column: "City",
      operator: "IN",
      columnType: "alphabetic",
      inverted: false,
      range: { inSet: ["Berlin", "Pune"] },
    },
  ];

  test("comes from the API and goes back the same", () => {
    const stored = { filterType: "OR", clauses: [{ filterType: "OR", predicates }] };
    const conditions = fromStored(stored);
    expect(conditions.groups[0]?.conditions[0]?.comparison).toBe("empty");
    expect(isComplete(conditions)).toBe(true);
    expect(toBody(conditions)).toEqual(stored);
  });

  test("without values is not complete, and an error names its condition", () => {
    expect(isComplete(newConditions(LIST))).toBe(false);
    expect(placeOf("clauses[1].predicates[2].range.min")).toBe("1.2");
    expect(placeOf("name")).toBeUndefined();
  });
});

test("why a list cannot be used is said in words, and a new reason as it came", async () => {
  serve({ [`GET ${LISTS}/7`]: LIST });
  open(ListPage, "/contacts/lists/7", "/contacts/lists/$id");
  await userEvent.click(await screen.findByRole("button", { name: "Why?" }));
  expect(await screen.findByText(/The list is empty/)).toBeTruthy();
  expect(screen.getByText("some.new.reason")).toBeTruthy();
});

test("who may only look finds no button that would be refused", async () => {
  serve({
    "GET /api/v2/users/me": reader,
    [`GET ${LISTS}/7`]: LIST,
    [`POST ${LISTS}/7/contacts/search`]: { entities: [], total: 0, pageCount: 1 },
  });
  open(ListPage, "/contacts/lists/7", "/contacts/lists/$id");
  expect(await screen.findByText(/No contacts yet/)).toBeTruthy();
  expect(screen.queryByRole("button", { name: "Add contact" })).toBeNull();
  expect(screen.queryByRole("tab", { name: "Filters" })).toBeNull();
  await userEvent.click(screen.getByRole("tab", { name: "Uploads" }));
  expect(await screen.findByText("No file was uploaded yet.")).toBeTruthy();
  expect(screen.queryByRole("button", { name: "Choose a file" })).toBeNull();
});

test("a number that is none is named at the field, and what was pasted stays", async () => {
  const said = '"nobody" is not a phone number.';
  const calls = serve({
    "GET /api/v2/outbound/dnclists/9": {
      ...LIST,
      id: "9",
      contactMethod: "WhatsApp",
      collectsOptOuts: false,
    },
    "PATCH /api/v2/outbound/dnclists/9/phonenumbers": refusal(400, { message: said }),
  });
  open(DncListPage, "/contacts/dnc/9", "/contacts/dnc/$id");
  const field = await screen.findByRole<HTMLTextAreaElement>("textbox", { name: "Numbers" });
  await userEvent.type(field, "+45 28 11 22 33, nobody");
  await userEvent.click(screen.getByRole("button", { name: "Add" }));
  await waitFor(() => expect(screen.getAllByText(said).length).toBeGreaterThan(0));
  expect(field.value).toBe("+45 28 11 22 33, nobody");
  expect(calls.find(({ method }) => method === "PATCH")?.body).toEqual({
    action: "Add",
    phoneNumbers: ["+45 28 11 22 33", "nobody"],
  });
});

const DNC = {
  ...LIST,
  id: "9",
  contactMethod: "WhatsApp",
  dncSourceType: "rds",
  collectsOptOuts: false,
};

test("a number on a list is looked up by a part of it, and taken off", async () => {
  const added = { kind: "phone", dateAdded: "2026-01-01T10:00:00Z" };
  const ours = { ...added, value: "4915110000002", expirationDateTime: "2027-01-01T10:00:00Z" };
  const calls = serve({
    "GET /api/v2/outbound/dnclists/9": DNC,
    "GET /api/v2/outbound/dnclists/9/entries": ({ query }: Call) => ({
      entities: query.value ? [ours] : [{ ...added, value: "4915110000001" }, ours],
    }),
  });
  open(DncListPage, "/contacts/dnc/9", "/contacts/dnc/$id");
  expect(await screen.findByRole("cell", { name: "4915110000001" })).toBeTruthy();
  await userEvent.type(screen.getByRole("searchbox", { name: "Look up" }), "0002");
  await waitFor(() => expect(screen.queryByRole("cell", { name: "4915110000001" })).toBeNull());
  expect(calls.some(({ query }) => query.value === "0002")).toBe(true);
  await userEvent.click(await screen.findByRole("button", { name: "Remove 4915110000002" }));
  const dialog = await screen.findByRole("dialog");
  expect(dialog.textContent).toContain("Take 4915110000002 off the list?");
  await userEvent.click(within(dialog).getByRole("button", { name: "Remove" }));
  await waitFor(() =>
    expect(calls.find(({ method }) => method === "PATCH")?.body).toEqual({
      action: "Remove",
      phoneNumbers: ["4915110000002"],
    }),
  );
});

test("a list whose file was taken in part is used once somebody says so", async () => {
  const calls = serve({
    "GET /api/v2/outbound/dnclists/9": { ...DNC, unusableReasons: ["import.failed.partly"] },
    "POST /api/v2/outbound/dnclists/9/importstatus/accept": DNC,
  });
  open(DncListPage, "/contacts/dnc/9?tab=uploads", "/contacts/dnc/$id");
  await userEvent.click(await screen.findByRole("button", { name: "Use the list as it is" }));
  const dialog = await screen.findByRole("dialog");
  await userEvent.click(within(dialog).getByRole("button", { name: "Use the list as it is" }));
  await waitFor(() => expect(calls.some(({ path }) => path.endsWith("/accept"))).toBe(true));
});

test("of an import long ago the rows that were left out are said to be gone", async () => {
  const job = {
    ...{ id: "i1", state: "done", fileName: "out.csv", startedTime: "2026-01-01T10:00:00Z" },
    ...{ totalBytes: 9, doneBytes: 9, totalRows: 9, acceptedRows: 7, rejectedRows: 2 },
    ...{ percentComplete: 100, rejectsExpired: true },
  };
  serve({
    "GET /api/v2/outbound/dnclists/9": DNC,
    "GET /api/v2/outbound/dnclists/9/imports": { entities: [job] },
  });
  open(DncListPage, "/contacts/dnc/9?tab=uploads", "/contacts/dnc/$id");
  expect(await screen.findByText("The rows are not kept any more.")).toBeTruthy();
  expect(screen.queryByRole("button", { name: /Show/ })).toBeNull();
});
