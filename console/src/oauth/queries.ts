// Reading and writing OAuth clients: the programs that may call the API.
import { queryOptions } from "@tanstack/react-query";
import { answer, api } from "@/api/client";
import type { OAuthClient } from "@/api/types";

const BASE = "/api/v2/oauth/clients";
const at = (id: string) => ({ params: { path: { id } } });

export const readClients = (pageNumber: number) =>
  answer(api.GET(BASE, { params: { query: { pageSize: 100, pageNumber } } }));
export const readClient = (id: string) => answer(api.GET(`${BASE}/{id}`, at(id)));
export const addClient = (body: Partial<OAuthClient>) => answer(api.POST(BASE, { body }));
export const changeClient = (id: string, body: Partial<OAuthClient>) =>
  answer(api.PUT(`${BASE}/{id}`, { ...at(id), body }));
export const revokeClient = (id: string) => answer(api.DELETE(`${BASE}/{id}`, at(id)));
export const rotateSecret = (id: string) => answer(api.POST(`${BASE}/{id}/secret`, at(id)));

export const clientQuery = (id: string) =>
  queryOptions({ queryKey: ["oauth", id], queryFn: () => readClient(id) });
