// Reading interactions, and sending notifications.
import { queryOptions } from "@tanstack/react-query";
import { answer, api } from "@/api/client";
import type { AgentlessRequest, AgentlessResponse, Interaction } from "@/api/types";
import type { ExportSource } from "@/exports";

export const INTERACTION_FILTERS = [
  "from",
  "to",
  "direction",
  "integrationId",
  "deliveryStatus",
  "address",
  "category",
  "templateName",
  "state",
];

export const idOfInteraction = (row: Interaction) => row.conversationId;

export function readInteractions(filters: Record<string, string>) {
  return (after: string | undefined) =>
    answer(
      api.GET("/api/v2/interactions", { params: { query: { ...filters, after, pageSize: 50 } } }),
    );
}

/** The files of the conversations that fit; they belong to whoever orders them. */
export const interactionExports = (filters: Record<string, string>): ExportSource => ({
  key: ["interactions", "exports"],
  read: () => answer(api.GET("/api/v2/interactions/exports")),
  order: (format) =>
    answer(api.POST("/api/v2/interactions/export", { params: { query: { ...filters, format } } })),
});

const isSettled = new Set(["read", "failed", "received"]);

export const interactionQuery = (id: string, messagesAfter?: string) =>
  queryOptions({
    queryKey: ["interaction", id, messagesAfter ?? "newest"],
    queryFn: () =>
      answer(
        api.GET("/api/v2/interactions/{conversation_id}", {
          params: { path: { conversation_id: id }, query: { messagesAfter } },
        }),
      ),
    refetchInterval: 2_000,
  });

const FOLLOWED_MS = 5 * 60_000;

/**
 * Until a message has come as far as it can, its interaction is read: every second until it is
 * with the customer, then more slowly, and not for ever, for some are never read.
 */
export const sendingQuery = (conversationId: string, messageId: string) =>
  queryOptions({
    ...interactionQuery(conversationId),
    refetchInterval: (query) => {
      const message = query.state.data?.messages.find(({ id }) => id === messageId);
      if (!message) return 1_000;
      const isOver = Date.now() - new Date(message.time).getTime() > FOLLOWED_MS;
      if (isOver || isSettled.has(message.status)) return false;
      return message.status === "delivered" ? 5_000 : 1_000;
    },
  });

export const exchangesQuery = (messageId: string) =>
  queryOptions({
    queryKey: ["exchanges", messageId],
    queryFn: () =>
      answer(
        api.GET("/api/v2/conversations/messages/{message_id}/exchanges", {
          params: { path: { message_id: messageId } },
        }),
      ),
  });

export const previewQuery = (request: AgentlessRequest | null) =>
  queryOptions({
    queryKey: ["agentless-preview", request],
    queryFn: () =>
      answer(
        api.POST("/api/v2/conversations/messages/agentless/preview", {
          body: request as AgentlessRequest,
        }),
      ),
    enabled: request !== null,
    staleTime: 0,
  });

/** Send once: the same key makes a repeated request the same message. */
export async function sendAgentless(body: AgentlessRequest, idempotencyKey: string) {
  const sent: unknown = await answer(
    api.POST("/api/v2/conversations/messages/agentless", {
      body,
      headers: { "Idempotency-Key": idempotencyKey },
    }),
  );
  return sent as AgentlessResponse;
}
