// Reading what the desk shows. Everything live lies under the key "desk".
import {
  keepPreviousData,
  queryOptions,
  useInfiniteQuery,
  useQuery,
  useQueryClient,
  type QueryClient,
} from "@tanstack/react-query";
import { useCallback, useMemo } from "react";
import { answer, api } from "@/api/client";
import { cursorOf } from "@/api/keyset";
import { useSession } from "@/api/session";
import { useTold } from "@/live";
import { taker, withTold, type Pages } from "./told";
import type { Conversation } from "./types";

const CONVERSATION = "/api/v2/conversations/messages/{conversation_id}";
const NOTES = "/api/v2/conversations/{conversation_id}/notes";
const HELD_AT_ONCE = 100;
const LOOK_MS = 3_000;
export const NOTES_SHOWN = 100;
export const CHANGES = "v2.tidings.desk";
export const MINE_KEY = ["desk", "mine"];
export const conversationKey = (id: string) => ["desk", "conversation", id];
export const threadKey = (id: string) => ["desk", "thread", id];
export const notesKey = (id: string) => ["desk", "notes", id];

const of = (conversation_id: string) => ({ params: { path: { conversation_id } } });

interface Mine {
  conversations: Conversation[];
  isKnown: boolean;
  /** Read what follows: more parked ones, for the server tells what is urgent first. */
  loadMore: () => void;
}

/**
 * What the person is offered, talks in, has parked or wraps up; told at once, looked for else.
 * All pages that were loaded are read again: what is resumed moves up out of any of them.
 */
export function useMine(): Mine {
  const me = useSession()?.user.id;
  const topic = me && `v2.users.${me}.conversations.messages`;
  const queries = useQueryClient();
  const lookMs = useTold(topic, MINE_KEY, LOOK_MS, {
    take: useMemo(() => takeMine(queries, me), [queries, me]),
    // An offer is heard of also while the person looks at another window.
    inBackground: true,
  });
  const { data, hasNextPage, isFetching, fetchNextPage } = useInfiniteQuery({
    queryKey: MINE_KEY,
    queryFn: ({ pageParam }) => readMine(pageParam),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: cursorOf,
    refetchInterval: lookMs,
    refetchIntervalInBackground: true,
  });
  const conversations = useMemo(() => {
    const all = data?.pages.flatMap(({ entities }) => entities) ?? [];
    return [...new Map(all.map((each) => [each.id, each])).values()];
  }, [data]);
  const loadMore = useCallback(() => {
    if (hasNextPage && !isFetching) void fetchNextPage();
  }, [hasNextPage, isFetching, fetchNextPage]);
  return { conversations, isKnown: data !== undefined, loadMore };
}

const readMine = (after: string | undefined) =>
  answer(
    api.GET("/api/v2/conversations/messages", {
      params: { query: { after, pageSize: HELD_AT_ONCE } },
    }),
  );
type MinePages = Pages<Awaited<ReturnType<typeof readMine>>>;

/** Puts a conversation, told whole as it is now, among one's own; and it may be the open one. */
const takeMine = (queries: QueryClient, me: string | undefined) =>
  taker(queries, MINE_KEY, (told) => {
    queries.setQueryData<Conversation>(conversationKey(told.id), (open) => open && told);
    const known = queries.getQueryData<MinePages>(MINE_KEY);
    const now = known && me ? withTold(known, told, me) : undefined;
    if (now) queries.setQueryData<MinePages>(MINE_KEY, now);
    return now !== undefined;
  });

/** Who waits in the person's queues, whom the router would take first on top. */
export const readWaiting = (after: string | undefined) =>
  answer(
    api.GET("/api/v2/routing/queues/me/waiting", { params: { query: { after, pageSize: 50 } } }),
  );

/** One conversation with everybody who took part; it is listened to once it may be read. */
export function useConversation(id: string) {
  const known = useQueryClient().getQueryData(conversationKey(id)) !== undefined;
  const topic = known ? `v2.tidings.conversations.${id}` : undefined;
  const lookMs = useTold(topic, conversationKey(id), LOOK_MS);
  useTold(topic && `${topic}.messages`, conversationKey(id), LOOK_MS);
  return useQuery({
    queryKey: conversationKey(id),
    queryFn: () => answer(api.GET(CONVERSATION, of(id))),
    refetchInterval: lookMs,
  });
}

/** The newest messages of a conversation. */
export function useThread(id: string) {
  const lookMs = useTold(`v2.tidings.conversations.${id}.messages`, threadKey(id), LOOK_MS);
  return useQuery({
    queryKey: threadKey(id),
    queryFn: () => readThread(id),
    refetchInterval: lookMs,
  });
}

export const readThread = (conversation_id: string, messagesAfter?: string) =>
  answer(
    api.GET("/api/v2/interactions/{conversation_id}", {
      params: { path: { conversation_id }, query: { messagesAfter } },
    }),
  );

/** What colleagues wrote at a conversation; `isAllowed` says whether the person may read it. */
export function useNotes(conversation_id: string, isAllowed: boolean) {
  const topic = isAllowed ? `v2.tidings.conversations.${conversation_id}` : undefined;
  const lookMs = useTold(topic, notesKey(conversation_id), LOOK_MS);
  return useQuery({
    queryKey: notesKey(conversation_id),
    queryFn: () =>
      answer(
        api.GET(NOTES, {
          params: { path: { conversation_id }, query: { pageSize: NOTES_SHOWN } },
        }),
      ),
    refetchInterval: lookMs,
    enabled: isAllowed,
  });
}

export const codesQuery = (conversation_id: string, participant_id: string) =>
  queryOptions({
    queryKey: ["desk", "codes", conversation_id, participant_id],
    queryFn: () =>
      answer(
        api.GET(
          "/api/v2/conversations/messages/{conversation_id}/participants/{participant_id}/wrapupcodes",
          { params: { path: { conversation_id, participant_id } } },
        ),
      ),
    staleTime: 60_000,
  });

const RESPONSES_FOUND = 8;

/** Texts prepared for people, by a phrase of their name or text; templates are left out. */
export const responsesQuery = (phrase: string | undefined) =>
  queryOptions({
    queryKey: ["desk", "responses", phrase],
    queryFn: async () => {
      const found = await answer(
        api.POST("/api/v2/responsemanagement/responses/query", {
          body: {
            ...(phrase && { queryPhrase: phrase }),
            pageSize: RESPONSES_FOUND,
            filters: [
              { name: "responseType", operator: "NOTEQUALS", values: ["MessagingTemplate"] },
            ],
          },
        }),
      );
      return found.results.entities;
    },
    enabled: phrase !== undefined,
    placeholderData: keepPreviousData,
    staleTime: 30_000,
  });

/** The customer's conversations, the latest first. */
export const historyQuery = (address: string) =>
  queryOptions({
    queryKey: ["desk", "history", address],
    queryFn: () =>
      answer(api.GET("/api/v2/interactions", { params: { query: { address, pageSize: 25 } } })),
    staleTime: 30_000,
  });

export const consentQuery = (address: string) =>
  queryOptions({
    queryKey: ["consents", "of", address],
    queryFn: () => answer(api.GET("/api/v2/consents", { params: { query: { address } } })),
    staleTime: 30_000,
  });
