// Reading the board: queues now, who waits and why, what agents hold; and stepping in.
import { answer, api } from "@/api/client";
import type { Row } from "@/api/types";

const QUEUES = "/api/v2/routing/queues";
const MESSAGES = "/api/v2/conversations/messages/{conversation_id}";
const ROUTED = "/api/v2/routing/conversations/{conversation_id}";
export const BOARD_KEY = ["board"];
/** Says that some queue, agent or waiting conversation changed. */
export const ROUTING_TOPIC = "v2.tidings.routing";
/** How often the board looks for itself while nobody tells it. */
export const LOOK_MS = 3_000;

export type QueueNow = Row<"/api/v2/routing/board">;
export type Waiting = Row<"/api/v2/routing/queues/{queue_id}/waiting">;
export type Agent = Row<"/api/v2/routing/agents">;
export type Held = Agent["conversations"][number];

export const readQueuesNow = (pageNumber: number) =>
  answer(api.GET("/api/v2/routing/board", { params: { query: { pageSize: 100, pageNumber } } }));

export const readWaiting = (queue_id: string) => (after: string | undefined) =>
  answer(
    api.GET(`${QUEUES}/{queue_id}/waiting`, {
      params: { path: { queue_id }, query: { pageSize: 50, ...(after && { after }) } },
    }),
  );

export const readAgents = (queueId: string | undefined) => (pageNumber: number) =>
  answer(
    api.GET("/api/v2/routing/agents", {
      params: { query: { pageSize: 100, pageNumber, ...(queueId && { queueId }) } },
    }),
  );

export interface AskedChange {
  priority?: number;
  skillIds?: string[];
  /** Empty: any language. */
  languageId?: string;
}

/** Change what a waiting conversation asks for; what is not named stays. */
export const changeAsked = (conversation_id: string, body: AskedChange) =>
  answer(api.PATCH(ROUTED, { params: { path: { conversation_id } }, body }));

export const assign = (conversation_id: string, id: string) =>
  answer(
    api.POST("/api/v2/conversations/{conversation_id}/assign", {
      params: { path: { conversation_id } },
      body: { id },
    }),
  );

export const takeOver = ({ conversationId, participantId }: Held) =>
  answer(
    api.POST(`${MESSAGES}/participants/{participant_id}/takeover`, {
      params: { path: { conversation_id: conversationId, participant_id: participantId } },
    }),
  );
