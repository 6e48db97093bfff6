// Reading and writing contact lists and their contacts.
import { queryOptions } from "@tanstack/react-query";
import { answer, api } from "@/api/client";
import type { Listing } from "@/api/types";
import type { Contact, ContactList, ContactListEdit, ContactSearch, ImportStatus } from "./types";

const LISTS = "/api/v2/outbound/contactlists";
const OF_LIST = `${LISTS}/{contact_list_id}` as const;
export const LISTS_KEY = ["contactLists"];
export const PAGE_SIZE = 100;
/** How far the API lets a search be paged through. */
export const MOST_PAGES = 100;
const DETAILS = { includeSize: true, includeImportStatus: true };

export const at = (contact_list_id: string) => ({ params: { path: { contact_list_id } } });
const contactAt = (contact_list_id: string, contact_id: string) => ({
  params: { path: { contact_list_id, contact_id } },
});

export const readLists =
  ({ name, divisionId }: Record<string, string>) =>
  (pageNumber: number) =>
    answer(
      api.GET(LISTS, {
        params: {
          query: {
            ...DETAILS,
            pageSize: PAGE_SIZE,
            pageNumber,
            ...(name && { name, filterType: "CONTAINS" }),
            ...(divisionId && { divisionId: [divisionId] }),
          },
        },
      }),
    );

export const readList = (id: string) =>
  answer(api.GET(OF_LIST, { params: { path: { contact_list_id: id }, query: { ...DETAILS } } }));

export const isImporting = (list: Pick<ContactList, "importStatus">) =>
  list.importStatus?.state === "IN_PROGRESS";

/** Whether a file was ever sent; a list without any counts as done with nothing. */
export const hasImport = (status: ImportStatus | undefined) =>
  Boolean(status && (status.state || status.totalRecords > 0));

export const listQuery = (id: string) =>
  queryOptions({
    queryKey: [...LISTS_KEY, id],
    queryFn: () => readList(id),
    refetchInterval: ({ state }) => (state.data && isImporting(state.data) ? 1_000 : false),
  });

export const addList = (body: ContactListEdit) => answer(api.POST(LISTS, { body }));
export const changeList = (id: string, body: ContactListEdit) =>
  answer(api.PUT(OF_LIST, { ...at(id), body }));
export const deleteList = (id: string) => answer(api.DELETE(OF_LIST, at(id)));
export const clearList = (id: string) => answer(api.POST(`${OF_LIST}/clear`, at(id)));

/** The campaigns that use a list, by name. */
export const campaignsQuery = (contactListId: string) =>
  queryOptions({
    queryKey: ["campaigns", "of-list", contactListId],
    queryFn: () =>
      answer(
        api.GET("/api/v2/outbound/messagingcampaigns", {
          params: { query: { contactListId, pageSize: 25, pageNumber: 1 } },
        }),
      ),
  });

export const findContacts =
  (id: string, search: Omit<ContactSearch, "pageNumber" | "pageSize">) =>
  async (pageNumber: number): Promise<Listing<Contact>> => {
    const body = { ...search, pageNumber, pageSize: PAGE_SIZE };
    const found = await answer(api.POST(`${OF_LIST}/contacts/search`, { ...at(id), body }));
    return {
      entities: found.entities as unknown as Contact[],
      total: found.total,
      pageCount: Math.min(found.pageCount, MOST_PAGES),
    };
  };

export const addContact = (id: string, data: Record<string, string>, contactId?: string) =>
  answer(
    api.POST(`${OF_LIST}/contacts`, {
      ...at(id),
      body: [{ data, ...(contactId && { id: contactId }) }],
    }),
  );
export const changeContact = (
  id: string,
  contactId: string,
  body: { data: Record<string, string>; callable: boolean },
) => answer(api.PUT(`${OF_LIST}/contacts/{contact_id}`, { ...contactAt(id, contactId), body }));

const IDS_AT_ONCE = 50;

/** Delete contacts, few at a time: their ids travel in the address. */
export async function removeContacts(id: string, contactIds: string[]): Promise<void> {
  for (let from = 0; from < contactIds.length; from += IDS_AT_ONCE) {
    const query = { contactIds: contactIds.slice(from, from + IDS_AT_ONCE) };
    const path = { contact_list_id: id };
    await answer(api.DELETE(`${OF_LIST}/contacts`, { params: { path, query } }));
  }
}

export const removeChosen = (
  id: string,
  body: Pick<ContactSearch, "contactListFilterId" | "criteria">,
) => answer(api.POST(`${OF_LIST}/contacts/bulk/remove`, { ...at(id), body }));

export const jobQuery = (id: string, jobId: string) =>
  queryOptions({
    queryKey: [...LISTS_KEY, id, "jobs", jobId],
    queryFn: () =>
      answer(
        api.GET(`${OF_LIST}/contacts/bulk/jobs/{job_id}`, {
          params: { path: { contact_list_id: id, job_id: jobId } },
        }),
      ),
    refetchInterval: ({ state }) => (state.data?.state === "InProgress" ? 1_000 : false),
  });
