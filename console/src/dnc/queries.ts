// Reading and writing do-not-contact lists and the numbers on them.
import { queryOptions } from "@tanstack/react-query";
import { answer, api } from "@/api/client";
import { isImporting } from "@/contacts/queries";
import type { DncListEdit } from "./types";

const LISTS = "/api/v2/outbound/dnclists";
const OF_LIST = `${LISTS}/{dnc_list_id}` as const;
export const DNC_KEY = ["dncLists"];
const DETAILS = { includeSize: true, includeImportStatus: true };

const at = (dnc_list_id: string) => ({ params: { path: { dnc_list_id } } });

export const readDncLists =
  ({ name, divisionId }: Record<string, string>) =>
  (pageNumber: number) =>
    answer(
      api.GET(LISTS, {
        params: {
          query: {
            ...DETAILS,
            pageSize: 100,
            pageNumber,
            ...(name && { name, filterType: "CONTAINS" }),
            ...(divisionId && { divisionId: [divisionId] }),
          },
        },
      }),
    );

export const readDncList = (id: string) =>
  answer(api.GET(OF_LIST, { params: { path: { dnc_list_id: id }, query: { ...DETAILS } } }));

export const dncListQuery = (id: string) =>
  queryOptions({
    queryKey: [...DNC_KEY, id],
    queryFn: () => readDncList(id),
    refetchInterval: ({ state }) => (state.data && isImporting(state.data) ? 1_000 : false),
  });

export const addDncList = (body: DncListEdit) => answer(api.POST(LISTS, { body }));
export const changeDncList = (id: string, body: DncListEdit) =>
  answer(api.PUT(OF_LIST, { ...at(id), body }));
export const deleteDncList = (id: string) => answer(api.DELETE(OF_LIST, at(id)));

/** Say that a list is good although its last file was not taken whole. */
export const acceptImport = (id: string) =>
  answer(api.POST(`${OF_LIST}/importstatus/accept`, at(id)));

export type Change = "Add" | "Remove";

/** Add or remove numbers, formatted in any way; all or none. Gives how many were sent. */
export async function changeNumbers(id: string, action: Change, numbers: string[]) {
  const body = { action, phoneNumbers: numbers };
  await answer(api.PATCH(`${OF_LIST}/phonenumbers`, { ...at(id), body: body as never }));
  return numbers.length;
}

export const clearNumbers = (id: string) => answer(api.DELETE(`${OF_LIST}/phonenumbers`, at(id)));

/** The numbers in pasted text: one a line, or with a comma, semicolon or tab between them. */
export const numbersIn = (text: string) =>
  text
    .split(/[\n\r,;\t]+/)
    .map((number) => number.trim())
    .filter(Boolean);
