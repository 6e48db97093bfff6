// The columns of a list: as the forms show them, as the API writes them, and what a file suggests.
import type { ColumnKind, ContactList, ContactListEdit, ListColumn } from "./types";

type Columns = Pick<
  ContactList,
  "columnNames" | "whatsAppColumns" | "phoneColumns" | "emailColumns"
> &
  Partial<Pick<ContactList, "columnDataTypeSpecifications">>;

export function columnsOf(list: Columns): ListColumn[] {
  const kinds = new Map<string, ColumnKind>();
  for (const { columnName, columnDataType } of list.columnDataTypeSpecifications ?? []) {
    if (columnDataType === "NUMERIC") kinds.set(columnName, "number");
    if (columnDataType?.startsWith("DATE") || columnDataType === "TIMESTAMP")
      kinds.set(columnName, "date");
  }
  for (const { columnName } of list.emailColumns) kinds.set(columnName, "email");
  for (const { columnName } of list.phoneColumns) kinds.set(columnName, "phone");
  for (const { columnName } of list.whatsAppColumns) kinds.set(columnName, "whatsApp");
  return list.columnNames.map((name) => ({ name, kind: kinds.get(name) ?? "text" }));
}

/** The columns in the words of the API. */
export function columnsBody(columns: ListColumn[]): ContactListEdit {
  const named = (kind: ColumnKind) =>
    columns.filter((column) => column.kind === kind).map(({ name }) => name.trim());
  const typed = (kind: ColumnKind, type: string) =>
    named(kind).map((columnName) => ({ columnName, type }));
  const data = (kind: ColumnKind, columnDataType: string) =>
    named(kind).map((columnName) => ({ columnName, columnDataType }));
  return {
    columnNames: columns.map(({ name }) => name.trim()),
    whatsAppColumns: typed("whatsApp", "cell"),
    phoneColumns: typed("phone", "cell"),
    emailColumns: typed("email", "home"),
    columnDataTypeSpecifications: [...data("number", "NUMERIC"), ...data("date", "DATETIME")],
  };
}

const WHATSAPP_NAME = /whats|(^|[^a-z])wa([^a-z]|$)/i;
const PHONE_NAME = /phone|mobil|cell|handy|telefon|^tel|nummer|msisdn/i;
const EMAIL_NAME = /e-?mail/i;
const NUMBER = /^-?\d{1,9}([.]\d+)?$/;
const DATE = /^\d{4}-\d{2}-\d{2}([T ].*)?$/;
const PHONE = /^[+\d][\d\s()/.-]{6,20}$/;

/** What the columns of a file may be, from its header and first rows; a person decides. */
export function suggestColumns(header: string[], rows: string[][]): ListColumn[] {
  const columns = header.map((name, at) => {
    const values = rows.map((row) => row[at] ?? "").filter(Boolean);
    return { name: name.trim(), kind: kindOf(name, values) };
  });
  const isThere = columns.some(({ kind }) => kind === "whatsApp");
  const first = columns.find(({ kind }) => kind === "phone");
  if (!isThere && first) first.kind = "whatsApp";
  return columns;
}

/** A bad row or two hide nothing: most values decide. */
const ENOUGH = 0.6;

function kindOf(name: string, values: string[]): ColumnKind {
  const most = (pattern: RegExp) =>
    values.length > 0 &&
    values.filter((value) => pattern.test(value.trim())).length >= ENOUGH * values.length;
  if (EMAIL_NAME.test(name)) return "email";
  if (WHATSAPP_NAME.test(name)) return "whatsApp";
  if (
    PHONE_NAME.test(name) &&
    (values.length === 0 || values.some((value) => PHONE.test(value.trim())))
  )
    return "phone";
  if (most(DATE)) return "date";
  if (most(NUMBER) && !values.some((value) => /^0\d/.test(value))) return "number";
  return "text";
}
