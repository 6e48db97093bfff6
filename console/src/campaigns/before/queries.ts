// Trying a campaign out before it starts.
import { queryOptions } from "@tanstack/react-query";
import { answer, api } from "@/api/client";
import { at, told } from "../queries";
import type { DryRun, Forecast, Tested } from "../types";

const ONE = "/api/v2/outbound/messagingcampaigns/{campaign_id}";

/** `version`: another version of the campaign is another answer. */
export const dryRunQuery = (id: string, version: number) =>
  queryOptions({
    queryKey: ["campaigns", "one", id, "dryrun", version],
    queryFn: () => told<DryRun>(answer(api.POST(`${ONE}/dryrun`, at(id)))),
    staleTime: 30_000,
    retry: false,
  });

export const forecastQuery = (id: string, version: number) =>
  queryOptions({
    queryKey: ["campaigns", "one", id, "forecast", version],
    queryFn: () => told<Forecast>(answer(api.POST(`${ONE}/forecast`, at(id)))),
    staleTime: 30_000,
    retry: false,
  });

export const sendTest = (id: string, addresses: string[]) =>
  told<Tested[]>(answer(api.POST(`${ONE}/testsend`, { ...at(id), body: { addresses } })));
