// What stands on a do-not-contact list: read page by page, looked up, taken off one by one.
import { answer, api } from "@/api/client";
import type { Keyset, Row } from "@/api/types";
import type { DncList } from "./types";

const OF_LIST = "/api/v2/outbound/dnclists/{dnc_list_id}";

export type DncEntry = Row<`${typeof OF_LIST}/entries`>;
export type Kind = "phone" | "email" | "custom";

/** The kinds of entries that a list takes. */
export function kindsOf({ contactMethod, dncSourceType }: DncList): Kind[] {
  if (dncSourceType === "rds_custom") return ["custom"];
  if (contactMethod === "Email") return ["email"];
  return contactMethod === "Any" ? ["phone", "email"] : ["phone"];
}

export const readEntries =
  (dnc_list_id: string, kind: Kind, value: string) =>
  (after: string | undefined): Promise<Keyset<DncEntry>> =>
    answer(
      api.GET(`${OF_LIST}/entries`, {
        params: {
          path: { dnc_list_id },
          query: { kind, after, pageSize: 50, ...(value && { value }) },
        },
      }),
    );

export function removeEntry(dnc_list_id: string, { kind, value }: DncEntry) {
  const params = { path: { dnc_list_id } };
  const action = "Remove" as const;
  if (kind === "email") {
    const body = { action, emailAddresses: [value] };
    return answer(api.PATCH(`${OF_LIST}/emailaddresses`, { params, body }));
  }
  if (kind === "custom") {
    const body = { action, customExclusionColumnEntries: [value] };
    return answer(api.PATCH(`${OF_LIST}/customexclusioncolumns`, { params, body }));
  }
  const body = { action, phoneNumbers: [value] };
  return answer(api.PATCH(`${OF_LIST}/phonenumbers`, { params, body }));
}
