// Reading the usage of messaging.
import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { answer, api } from "@/api/client";

export const usageQuery = (query: Record<string, string>) =>
  queryOptions({
    queryKey: ["usage", query],
    queryFn: () => answer(api.GET("/api/v2/usage/messaging", { params: { query } })),
    placeholderData: keepPreviousData,
  });
