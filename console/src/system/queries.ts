// Reading how the product itself is, and dealing with what it could not parse.
import { queryOptions } from "@tanstack/react-query";
import { answer, api } from "@/api/client";

const at = (element_id: string) => ({ params: { path: { element_id } } });

export const statusQuery = queryOptions({
  queryKey: ["system", "status"],
  queryFn: () => answer(api.GET("/api/v2/system/status")),
  refetchInterval: 2_000,
});

export const readQuarantine = (after: string | undefined) =>
  answer(api.GET("/api/v2/system/quarantine", { params: { query: { after, pageSize: 50 } } }));
export const replay = (id: string) =>
  answer(api.POST("/api/v2/system/quarantine/{element_id}/replay", at(id)));
export const discard = (id: string) =>
  answer(api.DELETE("/api/v2/system/quarantine/{element_id}", at(id)));
