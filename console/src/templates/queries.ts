// Reading message templates.
import { queryOptions } from "@tanstack/react-query";
import { answer, api } from "@/api/client";

export const TEMPLATE_FILTERS = ["name", "status", "language", "category", "integrationId"];

export function readTemplates(filters: Record<string, string>) {
  return (after: string | undefined) =>
    answer(
      api.GET("/api/v2/messaging/templates", {
        params: { query: { ...filters, after, pageSize: 50 } },
      }),
    );
}

export const templateQuery = (id: string) =>
  queryOptions({
    queryKey: ["templates", id],
    queryFn: () =>
      answer(
        api.GET("/api/v2/messaging/templates/{template_id}", {
          params: { path: { template_id: id } },
        }),
      ),
  });

export const approvedTemplatesQuery = (integrationId: string | undefined, name: string) => {
  const filters = { status: "APPROVED", integrationId, name: name || undefined, pageSize: 50 };
  return queryOptions({
    queryKey: ["templates", "approved", filters],
    queryFn: () => answer(api.GET("/api/v2/messaging/templates", { params: { query: filters } })),
    enabled: integrationId !== undefined,
  });
};
