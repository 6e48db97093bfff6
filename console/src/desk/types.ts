// The shapes the desk works with, cut from the API's document.
import type { Read, Row } from "@/api/types";

export type Conversation = Row<"/api/v2/conversations/messages">;
export type Part = Conversation["participants"][number];
export type Waiting = Row<"/api/v2/routing/queues/me/waiting">;
export type Note = Row<"/api/v2/conversations/{conversation_id}/notes">;
export type CannedResponse = Row<"/api/v2/responsemanagement/responses">;
export type Presence = Row<"/api/v2/presencedefinitions">;
export type RoutingStatus = Read<"/api/v2/users/{user_id}/routingstatus">;
export type QuickReply = { name: string; text: string };
