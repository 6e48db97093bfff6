// Reading campaigns, and what is done with them as a whole.
import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { answer, api } from "@/api/client";
import type { Listing } from "@/api/types";
import { isMoving } from "./states";
import type { Campaign, CampaignEdit, Progress } from "./types";

const BASE = "/api/v2/outbound/messagingcampaigns";
const ONE = `${BASE}/{campaign_id}` as const;
export const at = (campaign_id: string) => ({ params: { path: { campaign_id } } });

/** Wait for an answer whose sorts, mappings and quiet hours the document calls just objects. */
export async function told<T>(answered: Promise<unknown>): Promise<T> {
  return (await answered) as T;
}

export const CAMPAIGNS_KEY = ["campaigns"];
export const CAMPAIGN_FILTERS = ["name", "campaignStatus"];
const PAGE = 100;

export const readCampaigns = (filters: Record<string, string>) => (pageNumber: number) =>
  told<Listing<Campaign>>(
    answer(api.GET(BASE, { params: { query: { ...filters, pageNumber, pageSize: PAGE } } })),
  );

export const readCampaign = (id: string) => told<Campaign>(answer(api.GET(ONE, at(id))));
export const campaignQuery = (id: string) =>
  queryOptions({
    queryKey: [...CAMPAIGNS_KEY, "one", id],
    queryFn: () => readCampaign(id),
    enabled: id !== "",
  });

/** How far several campaigns are, asked again every `everyMs`. */
export const progressesQuery = (ids: string[], everyMs: number) =>
  queryOptions({
    queryKey: [...CAMPAIGNS_KEY, "progress", ids],
    queryFn: () => answer(api.POST(`${BASE}/progress`, { body: ids })),
    enabled: ids.length > 0,
    placeholderData: keepPreviousData,
    refetchInterval: everyMs,
  });

export const progressQuery = (id: string) =>
  queryOptions({
    queryKey: [...CAMPAIGNS_KEY, "one", id, "progress"],
    queryFn: (): Promise<Progress> => answer(api.GET(`${ONE}/progress`, at(id))),
    refetchInterval: ({ state }) =>
      state.data && !isMoving(state.data.campaignStatus) ? 5_000 : 1_000,
  });

export const createCampaign = (body: CampaignEdit) =>
  told<Campaign>(answer(api.POST(BASE, { body })));
export const changeCampaign = (id: string, body: CampaignEdit) =>
  told<Campaign>(answer(api.PUT(ONE, { ...at(id), body })));
export const deleteCampaign = (id: string) => answer(api.DELETE(ONE, at(id)));
export const startCampaign = (id: string) => answer(api.POST(`${ONE}/start`, at(id)));
export const stopCampaign = (id: string) => answer(api.POST(`${ONE}/stop`, at(id)));
export const recycleCampaign = (id: string) => answer(api.DELETE(`${ONE}/progress`, at(id)));
export const retryFailed = (id: string) => answer(api.POST(`${ONE}/retry`, at(id)));
