// The board of one campaign: what became of each contact, and what happened when.
import { queryOptions } from "@tanstack/react-query";
import { answer, api } from "@/api/client";
import { ApiError } from "@/api/errors";
import type { Format } from "@/contacts/exports";
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

export const orderResults = (id: string, format: Format) =>
  answer(api.POST(`${ONE}/export`, { params: { ...at(id).params, query: { format } } }));

export const resultsFileKey = (id: string) => ["campaigns", "one", id, "export"];

/** The newest file of the results; asked again until it is made. */
export const resultsFileQuery = (id: string) =>
  queryOptions({
    queryKey: resultsFileKey(id),
    queryFn: () => readResultsFile(id),
    refetchInterval: ({ state }) =>
      state.status === "success" && state.data === "making" ? 1_000 : false,
  });

async function readResultsFile(id: string) {
  try {
    return await answer(api.GET(`${ONE}/export`, at(id)));
  } catch (error) {
    if (error instanceof ApiError && error.code === "export.not.found") return "none";
    if (error instanceof ApiError && error.code === "export.not.ready") return "making";
    throw error;
  }
}
