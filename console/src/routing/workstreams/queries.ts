// Reading, writing and trying workstreams.
import { queryOptions } from "@tanstack/react-query";
import { answer, api } from "@/api/client";
import type { Asked, Listing, Made } from "@/api/types";
import type { Workstream, WorkstreamEdit } from "./values";

const WORKSTREAMS = "/api/v2/routing/workstreams";
const ONE = `${WORKSTREAMS}/{workstream_id}` as const;
export const WORKSTREAMS_KEY = ["workstreams"];

export type Trial = Asked<typeof TRY>;
export type Tried = Made<typeof TRY>;
const TRY = `${ONE}/try` as const;

const at = (workstream_id: string) => ({ params: { path: { workstream_id } } });

export const readWorkstreams = (name: string | undefined) => async (pageNumber: number) => {
  const query = { pageSize: 100, pageNumber, ...(name && { name }) };
  const found: unknown = await answer(api.GET(WORKSTREAMS, { params: { query } }));
  return found as Listing<Workstream>;
};

export const readWorkstream = async (id: string) =>
  (await answer(api.GET(ONE, at(id)))) as unknown as Workstream;
export const addWorkstream = async (body: WorkstreamEdit) =>
  (await answer(api.POST(WORKSTREAMS, { body }))) as unknown as Workstream;
export const changeWorkstream = async (id: string, body: WorkstreamEdit) =>
  (await answer(api.PUT(ONE, { ...at(id), body }))) as unknown as Workstream;
export const deleteWorkstream = (workstream_id: string) =>
  answer(api.DELETE(ONE, { params: { path: { workstream_id }, query: { detachNumbers: true } } }));

export const workstreamQuery = (id: string) =>
  queryOptions({ queryKey: [...WORKSTREAMS_KEY, id], queryFn: () => readWorkstream(id) });

/** What deleting a workstream would touch. */
export const dependentsQuery = (id: string) =>
  queryOptions({
    queryKey: [...WORKSTREAMS_KEY, id, "dependents"],
    queryFn: () => answer(api.GET(`${ONE}/dependents`, at(id))),
  });

/** What it could not say by itself lately. */
export const unsaidQuery = (id: string) =>
  queryOptions({
    queryKey: [...WORKSTREAMS_KEY, id, "unsaid"],
    queryFn: () => answer(api.GET(`${ONE}/unsaid`, at(id))),
  });

export const tryMessage = (id: string, body: Trial) => answer(api.POST(TRY, { ...at(id), body }));
