// Reading and writing queues, their members and the wrap-up codes they offer.
import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { answer, api } from "@/api/client";
import type { Listing } from "@/api/types";
import type { Queue, QueueEdit } from "./types";

const QUEUES = "/api/v2/routing/queues";
const OF_QUEUE = `${QUEUES}/{queue_id}` as const;
const MEMBERS = `${OF_QUEUE}/members` as const;
const MEMBER = `${MEMBERS}/{member_id}` as const;
const CODES = `${OF_QUEUE}/wrapupcodes` as const;
const PAGE = 100;
const FOUND = 20;
export const QUEUES_KEY = ["queues"];

const at = (queue_id: string) => ({ params: { path: { queue_id } } });
const page = (pageNumber: number, name?: string) => ({
  pageSize: PAGE,
  pageNumber,
  ...(name && { name }),
});

export const readQueues =
  ({ name, divisionId }: Record<string, string>) =>
  (pageNumber: number) =>
    answer(
      api.GET(QUEUES, {
        params: {
          query: { ...page(pageNumber, name), ...(divisionId && { divisionId: [divisionId] }) },
        },
      }),
    ) as Promise<unknown> as Promise<Listing<Queue>>;

export const readQueue = (id: string) => answer(api.GET(OF_QUEUE, at(id))) as Promise<Queue>;
export const addQueue = (body: QueueEdit) => answer(api.POST(QUEUES, { body })) as Promise<Queue>;
export const changeQueue = (id: string, body: QueueEdit) =>
  answer(api.PUT(OF_QUEUE, { ...at(id), body })) as Promise<Queue>;
export const deleteQueue = (id: string) => answer(api.DELETE(OF_QUEUE, at(id)));

export const queueQuery = (id: string) =>
  queryOptions({ queryKey: [...QUEUES_KEY, id], queryFn: () => readQueue(id) });

/** The names of queues that may be chosen, by a part of their name. */
export const queueNamesQuery = (name = "") =>
  queryOptions({
    queryKey: [...QUEUES_KEY, "names", name],
    queryFn: () => answer(api.GET(`${QUEUES}/divisionviews`, { params: { query: page(1, name) } })),
    placeholderData: keepPreviousData,
  });

export const readMembers = (queue_id: string, name: string | undefined) => (pageNumber: number) =>
  answer(api.GET(MEMBERS, { params: { path: { queue_id }, query: page(pageNumber, name) } }));

export const addMembers = (queueId: string, ids: string[]) =>
  answer(api.POST(MEMBERS, { ...at(queueId), body: ids.map((id) => ({ id })) }));

const ofMember = (queue_id: string, member_id: string) => ({
  params: { path: { queue_id, member_id } },
});
export const changeMember = (
  queueId: string,
  memberId: string,
  body: { ringNumber?: number; joined?: boolean },
) => answer(api.PATCH(MEMBER, { ...ofMember(queueId, memberId), body }));
export const removeMember = (queueId: string, memberId: string) =>
  answer(api.DELETE(MEMBER, ofMember(queueId, memberId)));

/** People by a part of their name, for choosing some. */
export const peopleQuery = (name: string) =>
  queryOptions({
    queryKey: ["users", "found", name],
    queryFn: () =>
      answer(
        api.POST("/api/v2/users/search", {
          body: {
            pageSize: FOUND,
            query: name ? [{ type: "CONTAINS", fields: ["name", "email"], value: name }] : [],
          },
        }),
      ),
    placeholderData: keepPreviousData,
  });

export const queueCodesQuery = (queueId: string) =>
  queryOptions({
    queryKey: [...QUEUES_KEY, queueId, "codes"],
    queryFn: () =>
      answer(api.GET(CODES, { params: { path: { queue_id: queueId }, query: page(1) } })),
  });
export const offerCodes = (queueId: string, ids: string[]) =>
  answer(api.POST(CODES, { ...at(queueId), body: ids.map((id) => ({ id })) }));
export const withdrawCode = (queue_id: string, code_id: string) =>
  answer(api.DELETE(`${CODES}/{code_id}`, { params: { path: { queue_id, code_id } } }));
