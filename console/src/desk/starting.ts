// Beginning a conversation with a customer, and handing its template to the outbox.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useRef } from "react";
import { answer, api } from "@/api/client";
import { ApiError, fieldErrors } from "@/api/errors";
import { useSession } from "@/api/session";
import type { AgentlessRequest } from "@/api/types";
import { ALL, newKey } from "./deeds";
import { focusOn } from "./focus";
import { outbox } from "./outbox";

const FIELDS = ["queueId", "toAddress"];

interface Wanted {
  queueId: string;
  request: AgentlessRequest;
  /** What the template looks like, for the thread. */
  shown: string | undefined;
}

/** Once the conversation is there, its template goes out like any other message of the agent. */
export function useStart(onStarted: (id: string) => void) {
  const queries = useQueryClient();
  const userId = useSession()?.user.id ?? "";
  const asked = useRef({ of: "", key: "" });
  const starting = useMutation({
    mutationFn: ({ queueId, request }: Wanted) => {
      const body = bodyOf(queueId, request);
      const of = JSON.stringify(body);
      // The same again is the same request; another one must not be taken for it.
      if (asked.current.of !== of) asked.current = { of, key: newKey() };
      const headers = { "Idempotency-Key": asked.current.key };
      return answer(api.POST("/api/v2/conversations/messages", { body, headers }));
    },
    onSuccess: ({ id, participantId }, { request, shown }) => {
      const template = request.messagingTemplate;
      outbox.add({ userId, conversationId: id, partId: participantId, template, shown });
      focusOn(id);
      for (const queryKey of ALL) void queries.invalidateQueries({ queryKey });
      onStarted(id);
    },
  });
  const { error } = starting;
  const atFields = error instanceof ApiError ? fieldErrors(error, FIELDS) : {};
  return {
    begin: starting.mutate,
    isPending: starting.isPending,
    errorAt: (field: string): string | undefined => atFields[field],
    error: Object.keys(atFields).length > 0 ? null : error,
  };
}

function bodyOf(queueId: string, request: AgentlessRequest) {
  return {
    queueId,
    toAddress: request.toAddress ?? "",
    toAddressMessengerType: "whatsapp",
    fromAddress: request.fromAddress,
    useExistingConversation: request.useExistingActiveConversation,
  };
}
