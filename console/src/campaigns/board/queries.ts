// The board of one campaign: what became of each contact, and what happened when.
import { queryOptions } from "@tanstack/react-query";
import { answer, api } from "@/api/client";
import type { ExportSource } from "@/exports";
import { at } from "../queries";

const ONE = "/api/v2/outbound/messagingcampaigns/{campaign_id}";

export const RESULT_FILTERS = ["contactState", "deliveryStatus", "reason", "search"];

export const readResults =
  (id: string, filters: Record<string, string>) => (after: string | undefined) =>
    answer(
      api.GET(`${ONE}/contacts`, {
        params: { ...at(id).params, query: { ...filters, after, pageSize: 50 } as never },
      }),
    );

export const timelineQuery = (id: string, everyMs: number) =>
  queryOptions({
    queryKey: ["campaigns", "one", id, "timeline"],
    queryFn: () => answer(api.GET(`${ONE}/timeline`, at(id))),
    refetchInterval: everyMs,
  });

/** The files of a campaign's results. */
export const resultsExports = (id: string): ExportSource => ({
  key: ["campaigns", "one", id, "exports"],
  read: () => answer(api.GET(`${ONE}/exports`, at(id))),
  order: (format) =>
    answer(api.POST(`${ONE}/export`, { params: { ...at(id).params, query: { format } } })),
});

/** How many failed contacts a retry would try again now. */
export const retriableQuery = (id: string) =>
  queryOptions({
    queryKey: ["campaigns", "one", id, "retriable"],
    queryFn: () => answer(api.GET(`${ONE}/retry`, at(id))),
    staleTime: 0,
  });
