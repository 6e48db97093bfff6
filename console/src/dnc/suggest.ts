// Which columns of a file look like phone numbers.
import { suggestColumns } from "@/contacts/listColumns";
import type { Glance } from "@/consent/csv";

export function suggestPhoneColumns(seen: Glance | null | undefined): string[] {
  if (!seen) return [];
  return suggestColumns(seen.header, seen.rows)
    .filter(({ kind }) => kind === "whatsApp" || kind === "phone")
    .map(({ name }) => name);
}
