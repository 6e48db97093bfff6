// What the editor of a campaign chooses from, and the schedule that belongs to it.
import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { answer, api } from "@/api/client";
import type { Contact } from "@/contacts/types";
import { at, told } from "../queries";
import type { ListChoice, OutboundSettings, Schedule, ScheduleEdit, Sort } from "../types";

const LISTS = "/api/v2/outbound/contactlists";
const DNC_LISTS = "/api/v2/outbound/dnclists";
const SCHEDULES = "/api/v2/outbound/schedules/whatsappcampaigns";
const SCHEDULE = `${SCHEDULES}/{campaign_id}` as const;
const FOUND = 50;
const IMPORTING_MS = 2_000;
const DETAILS = { includeImportStatus: true, includeSize: true };

const isImporting = (each: { unusableReasons: string[] }) =>
  each.unusableReasons.includes("import.running");

/** Lists by a part of their name; while one is being imported they are read again. */
export const listChoicesQuery = (name: string) =>
  queryOptions({
    queryKey: ["contactLists", "choices", name],
    queryFn: () =>
      answer(
        api.GET(`${LISTS}/divisionviews`, {
          params: { query: { ...DETAILS, ...named(name), pageSize: FOUND } },
        }),
      ),
    placeholderData: keepPreviousData,
    refetchInterval: ({ state }) => (state.data?.entities.some(isImporting) ? IMPORTING_MS : false),
  });

export const listChoiceQuery = (id: string | undefined) =>
  queryOptions({
    queryKey: ["contactLists", "choice", id],
    queryFn: () =>
      answer(
        api.GET(`${LISTS}/divisionviews/{contact_list_id}`, {
          params: { path: { contact_list_id: id ?? "" }, query: DETAILS },
        }),
      ),
    enabled: Boolean(id),
    refetchInterval: ({ state }) => (state.data && isImporting(state.data) ? IMPORTING_MS : false),
  });

export const dncChoicesQuery = (name: string) =>
  queryOptions({
    queryKey: ["dncLists", "choices", name],
    queryFn: () =>
      answer(
        api.GET(`${DNC_LISTS}/divisionviews`, {
          params: { query: { ...DETAILS, ...named(name), pageSize: FOUND } },
        }),
      ),
    placeholderData: keepPreviousData,
    refetchInterval: ({ state }) => (state.data?.entities.some(isImporting) ? IMPORTING_MS : false),
  });

const named = (name: string) => (name ? { name, filterType: "CONTAINS" } : {});

export const filterChoicesQuery = (contactListId: string | undefined) =>
  queryOptions({
    queryKey: ["contactListFilters", "choices", contactListId],
    queryFn: () =>
      answer(
        api.GET("/api/v2/outbound/contactlistfilters", {
          params: { query: { contactListId, pageSize: 100 } },
        }),
      ),
    enabled: Boolean(contactListId),
  });

/** The first contacts in the order of sending, to show the message with real values. */
export const sampleQuery = (
  list: ListChoice | undefined,
  filterId: string | undefined,
  sorts: Sort[],
) =>
  queryOptions({
    // A list that grew while its file is read is asked again.
    queryKey: ["contactLists", list?.id, "sample", filterId, sorts, list?.size],
    queryFn: () =>
      told<{ entities: Contact[] }>(
        answer(
          api.POST(`${LISTS}/{contact_list_id}/contacts/search`, {
            params: { path: { contact_list_id: list?.id ?? "" } },
            body: {
              contactListFilterId: filterId,
              contactSorts: sorts,
              pageNumber: 1,
              pageSize: 25,
            },
          }),
        ),
      ),
    enabled: list !== undefined,
    placeholderData: keepPreviousData,
    retry: false,
  });

export const settingsQuery = queryOptions({
  queryKey: ["outbound", "settings"],
  queryFn: () => told<OutboundSettings>(answer(api.GET("/api/v2/outbound/settings"))),
});

/** The campaign's schedule, or null when it has none. */
export const scheduleQuery = (campaignId: string) =>
  queryOptions({
    queryKey: ["campaigns", "one", campaignId, "schedule"],
    queryFn: async () => {
      const found = await told<{ entities: Schedule[] }>(
        answer(api.GET(SCHEDULES, { params: { query: { campaignId } } })),
      );
      return found.entities[0] ?? null;
    },
    enabled: campaignId !== "",
  });

export const putSchedule = (campaignId: string, body: ScheduleEdit) =>
  told<Schedule>(answer(api.PUT(SCHEDULE, { ...at(campaignId), body })));
export const deleteSchedule = (campaignId: string) => answer(api.DELETE(SCHEDULE, at(campaignId)));
