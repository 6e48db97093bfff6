// Reading and writing wrap-up codes.
import { queryOptions } from "@tanstack/react-query";
import { answer, api } from "@/api/client";
import type { WrapupCodeEdit } from "./types";

const CODES = "/api/v2/routing/wrapupcodes";
const OF_CODE = `${CODES}/{code_id}` as const;
export const CODES_KEY = ["wrapupCodes"];

const at = (code_id: string) => ({ params: { path: { code_id } } });

export const readCodes = (name: string | undefined) => (pageNumber: number) =>
  answer(
    api.GET(CODES, { params: { query: { pageSize: 100, pageNumber, ...(name && { name }) } } }),
  );
export const addCode = (body: WrapupCodeEdit) => answer(api.POST(CODES, { body }));
export const changeCode = (id: string, body: WrapupCodeEdit) =>
  answer(api.PUT(OF_CODE, { ...at(id), body }));
export const deleteCode = (id: string) => answer(api.DELETE(OF_CODE, at(id)));

/** The codes to choose from; the first hundred, by name. */
export const codeChoicesQuery = queryOptions({
  queryKey: [...CODES_KEY, "choices"],
  queryFn: () => readCodes(undefined)(1),
});
