// Reading and writing WhatsApp integrations: the numbers we send from.
import { queryOptions } from "@tanstack/react-query";
import { answer, api } from "@/api/client";
import type { IntegrationEdit } from "@/api/types";

const BASE = "/api/v2/conversations/messaging/integrations/whatsapp";
const ONE = `${BASE}/{integration_id}` as const;
const at = (integration_id: string) => ({ params: { path: { integration_id } } });

export const integrationsQuery = queryOptions({
  queryKey: ["integrations"],
  queryFn: () => answer(api.GET(BASE, { params: { query: { pageSize: 100 } } })),
});

export const integrationQuery = (id: string) =>
  queryOptions({
    queryKey: ["integrations", id],
    queryFn: () => readIntegration(id),
    refetchInterval: 10_000,
  });

export const readIntegration = (id: string) => answer(api.GET(ONE, at(id)));
export const readIntegrations = (pageNumber: number) =>
  answer(api.GET(BASE, { params: { query: { pageSize: 100, pageNumber } } }));
export const connectIntegration = (body: IntegrationEdit) => answer(api.POST(BASE, { body }));
export const changeIntegration = (id: string, body: IntegrationEdit) =>
  answer(api.PATCH(ONE, { ...at(id), body }));
export const deleteIntegration = (integration_id: string, force: boolean) =>
  answer(api.DELETE(ONE, { params: { path: { integration_id }, query: { force } } }));
export const checkIntegration = (id: string) => answer(api.POST(`${ONE}/check`, at(id)));
export const subscribeIntegration = (id: string) => answer(api.POST(`${ONE}/subscribe`, at(id)));
export const activateIntegration = (id: string) => answer(api.POST(`${ONE}/activate`, at(id)));
export const deactivateIntegration = (id: string) => answer(api.POST(`${ONE}/deactivate`, at(id)));
export const resumeIntegration = (id: string) => answer(api.POST(`${ONE}/resume`, at(id)));
export const syncTemplates = (id: string) => answer(api.POST(`${ONE}/templates/sync`, at(id)));
