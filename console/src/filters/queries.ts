// Reading, trying and writing the filters of contact lists.
import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { answer, api } from "@/api/client";
import type { FilterEdit } from "./types";

const FILTERS = "/api/v2/outbound/contactlistfilters";
const OF_FILTER = `${FILTERS}/{contact_list_filter_id}` as const;
export const FILTERS_KEY = ["contactListFilters"];

const at = (contact_list_filter_id: string) => ({ params: { path: { contact_list_filter_id } } });

/** The filters of one list; the first hundred, by name. */
export const filtersQuery = (contactListId: string) =>
  queryOptions({
    queryKey: [...FILTERS_KEY, "of-list", contactListId],
    queryFn: () =>
      answer(
        api.GET(FILTERS, {
          params: { query: { contactListId, pageSize: 100, pageNumber: 1 } },
        }),
      ),
  });

export const readFilter = (id: string) => answer(api.GET(OF_FILTER, at(id)));
export const addFilter = (body: FilterEdit) => answer(api.POST(FILTERS, { body }));
export const changeFilter = (id: string, body: FilterEdit) =>
  answer(api.PUT(OF_FILTER, { ...at(id), body }));
export const deleteFilter = (id: string) => answer(api.DELETE(OF_FILTER, at(id)));

/** What a filter would choose now; the last answer stays while a new one is on its way. */
export const previewQuery = (body: FilterEdit) =>
  queryOptions({
    queryKey: [...FILTERS_KEY, "preview", body],
    queryFn: () => answer(api.POST(`${FILTERS}/preview`, { body })),
    placeholderData: keepPreviousData,
    retry: false,
  });
