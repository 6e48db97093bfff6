// Reading and writing people, their grants, roles and divisions.
import { queryOptions } from "@tanstack/react-query";
import { answer, api } from "@/api/client";
import type { Division, Role, UserEdit } from "@/api/types";

const at = (id: string) => ({ params: { path: { id } } });
const numbered = (pageNumber: number) => ({ params: { query: { pageSize: 100, pageNumber } } });

export const readUsers = (pageNumber: number) =>
  answer(
    api.GET("/api/v2/users", { params: { query: { pageSize: 100, pageNumber, state: "any" } } }),
  );
export const readUser = (id: string) => answer(api.GET("/api/v2/users/{id}", at(id)));
export const addUser = (body: UserEdit) => answer(api.POST("/api/v2/users", { body }));
export const changeUser = (id: string, body: UserEdit) =>
  answer(api.PATCH("/api/v2/users/{id}", { ...at(id), body }));

export const setPassword = (id: string, newPassword: string) =>
  answer(api.POST("/api/v2/users/{id}/password", { ...at(id), body: { newPassword } }));

export const userQuery = (id: string) =>
  queryOptions({ queryKey: ["users", id], queryFn: () => readUser(id) });

export const subjectQuery = (id: string) =>
  queryOptions({
    queryKey: ["subjects", id],
    queryFn: () => answer(api.GET("/api/v2/authorization/subjects/{id}", at(id))),
  });

export interface GrantPath {
  subjectId: string;
  divisionId: string;
  roleId: string;
}

const GRANT = "/api/v2/authorization/subjects/{subjectId}/divisions/{divisionId}/roles/{roleId}";
export const addGrant = (path: GrantPath) => answer(api.POST(GRANT, { params: { path } }));
export const removeGrant = (path: GrantPath) => answer(api.DELETE(GRANT, { params: { path } }));

const ROLES = "/api/v2/authorization/roles";
export const readRoles = (pageNumber: number) => answer(api.GET(ROLES, numbered(pageNumber)));
export const readRole = (id: string) => answer(api.GET(`${ROLES}/{id}`, at(id)));
export const addRole = (body: Partial<Role>) => answer(api.POST(ROLES, { body }));
export const changeRole = (id: string, body: Partial<Role>) =>
  answer(api.PUT(`${ROLES}/{id}`, { ...at(id), body }));
export const deleteRole = (id: string) => answer(api.DELETE(`${ROLES}/{id}`, at(id)));

export const rolesQuery = queryOptions({ queryKey: ["roles"], queryFn: () => readRoles(1) });
export const roleQuery = (id: string) =>
  queryOptions({ queryKey: ["roles", id], queryFn: () => readRole(id) });

export const permissionsQuery = queryOptions({
  queryKey: ["permissions"],
  queryFn: () => answer(api.GET("/api/v2/authorization/permissions", numbered(1))),
  staleTime: Infinity,
});

const DIVISIONS = "/api/v2/authorization/divisions";
export const readDivisions = (pageNumber: number) =>
  answer(api.GET(DIVISIONS, numbered(pageNumber)));
export const addDivision = (body: Partial<Division>) => answer(api.POST(DIVISIONS, { body }));
export const changeDivision = (id: string, body: Partial<Division>) =>
  answer(api.PUT(`${DIVISIONS}/{id}`, { ...at(id), body }));
export const deleteDivision = (id: string) => answer(api.DELETE(`${DIVISIONS}/{id}`, at(id)));

export const divisionsQuery = queryOptions({
  queryKey: ["divisions"],
  queryFn: () => readDivisions(1),
});
