// The board of one campaign: what became of each contact, and what happened when.
import { queryOptions } from "@tanstack/react-query";
import { answer, api } from "@/api/client";
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
