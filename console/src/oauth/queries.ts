// Reading and writing OAuth clients: the programs that may call the API.
import { queryOptions } from "@tanstack/react-query";
import { answer, api } from "@/api/client";
import type { OAuthClientEdit } from "@/api/types";

const BASE = "/api/v2/oauth/clients";
const at = (client_id: string) => ({ params: { path: { client_id } } });

export const readClients = (pageNumber: number) =>
  answer(api.GET(BASE, { params: { query: { pageSize: 100, pageNumber } } }));
export const readClient = (id: string) => answer(api.GET(`${BASE}/{client_id}`, at(id)));
export const addClient = (body: OAuthClientEdit) => answer(api.POST(BASE, { body }));
export const changeClient = (id: string, body: OAuthClientEdit) =>
  answer(api.PUT(`${BASE}/{client_id}`, { ...at(id), body }));
export const revokeClient = (id: string) => answer(api.DELETE(`${BASE}/{client_id}`, at(id)));
export const rotateSecret = (id: string) => answer(api.POST(`${BASE}/{client_id}/secret`, at(id)));

export const clientQuery = (id: string) =>
  queryOptions({ queryKey: ["oauth", id], queryFn: () => readClient(id) });
