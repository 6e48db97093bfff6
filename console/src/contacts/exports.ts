// Files out of lists: ordered, made by the server, kept for some days.
import { queryOptions } from "@tanstack/react-query";
import { answer, api } from "@/api/client";
import type { Row } from "@/api/types";
import { keyOf, type Target } from "./files";

export type FileExport = Row<"/api/v2/outbound/contactlists/{contact_list_id}/exports">;
export type Format = "csv" | "xlsx";

export const isBeingMade = ({ state }: FileExport) => state === "queued" || state === "running";

export function exportsQuery(target: Target) {
  return queryOptions({
    queryKey: [...keyOf(target), "exports"],
    queryFn: () => readExports(target),
    refetchInterval: ({ state }) => (state.data?.entities.some(isBeingMade) ? 1_000 : false),
  });
}

function readExports({ kind, id }: Target): Promise<{ entities: FileExport[] }> {
  return kind === "contactlists"
    ? answer(
        api.GET("/api/v2/outbound/contactlists/{contact_list_id}/exports", {
          params: { path: { contact_list_id: id } },
        }),
      )
    : answer(
        api.GET("/api/v2/outbound/dnclists/{dnc_list_id}/exports", {
          params: { path: { dnc_list_id: id } },
        }),
      );
}

export interface Order {
  format: Format;
  contactListFilterId?: string;
}

export async function orderExport({ kind, id }: Target, order: Order): Promise<void> {
  const { contactListFilterId, format } = order;
  const query = { format };
  await (kind === "contactlists"
    ? answer(
        api.POST("/api/v2/outbound/contactlists/{contact_list_id}/export", {
          params: { path: { contact_list_id: id }, query },
          body: contactListFilterId ? { contactListFilterId } : {},
        }),
      )
    : answer(
        api.POST("/api/v2/outbound/dnclists/{dnc_list_id}/export", {
          params: { path: { dnc_list_id: id }, query },
        }),
      ));
}
