// The shapes of contact lists, contacts, their files and filters, cut from the API's document.
import type { Asked, Read, Row } from "@/api/types";

export type ContactList = Row<"/api/v2/outbound/contactlists">;
export type ContactListEdit = Asked<"/api/v2/outbound/contactlists">;
export type Contact = Read<"/api/v2/outbound/contactlists/{contact_list_id}/contacts/{contact_id}">;
export type ContactSearch =
  Asked<"/api/v2/outbound/contactlists/{contact_list_id}/contacts/search">;
/** A file on its way in; contact lists and do-not-contact lists have the same. */
export type FileImport = Row<"/api/v2/outbound/contactlists/{contact_list_id}/imports">;
export type ImportStatus = NonNullable<ContactList["importStatus"]>;

export const COLUMN_KINDS = ["text", "whatsApp", "phone", "email", "number", "date"] as const;
export type ColumnKind = (typeof COLUMN_KINDS)[number];

/** A column as the forms show it. */
export interface ListColumn {
  name: string;
  kind: ColumnKind;
}
