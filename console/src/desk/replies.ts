// The quick replies that a workstream has for who answers.
import { queryOptions } from "@tanstack/react-query";
import { answer, api } from "@/api/client";
import type { QuickReply } from "./types";

/** What a workstream has prepared for who answers. */
export const repliesQuery = (workstream_id: string | undefined) =>
  queryOptions({
    queryKey: ["workstreams", "desk", workstream_id],
    queryFn: async () => {
      const path = { workstream_id: workstream_id ?? "" };
      const desk = await answer(
        api.GET("/api/v2/routing/workstreams/{workstream_id}/desk", { params: { path } }),
      );
      return desk.quickReplies as QuickReply[];
    },
    enabled: workstream_id !== undefined,
    staleTime: 60_000,
  });
