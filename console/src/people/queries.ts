// Reading and writing people, their grants, roles and divisions.
import { queryOptions } from "@tanstack/react-query";
import { answer, api } from "@/api/client";
import type { DivisionEdit, RoleEdit, UserEdit } from "@/api/types";

const at = (user_id: string) => ({ params: { path: { user_id } } });
const ofRole = (role_id: string) => ({ params: { path: { role_id } } });
const ofDivision = (division_id: string) => ({ params: { path: { division_id } } });
const numbered = (pageNumber: number) => ({ params: { query: { pageSize: 100, pageNumber } } });

export const readUsers = (pageNumber: number) =>
  answer(
    api.GET("/api/v2/users", { params: { query: { pageSize: 100, pageNumber, state: "any" } } }),
  );
export const readUser = (id: string) => answer(api.GET("/api/v2/users/{user_id}", at(id)));
export const addUser = (body: UserEdit) => answer(api.POST("/api/v2/users", { body }));
export const changeUser = (id: string, body: UserEdit) =>
  answer(api.PATCH("/api/v2/users/{user_id}", { ...at(id), body }));

export const setPassword = (id: string, newPassword: string) =>
  answer(api.POST("/api/v2/users/{user_id}/password", { ...at(id), body: { newPassword } }));

export const deleteUser = (id: string) => answer(api.DELETE("/api/v2/users/{user_id}", at(id)));
export const removeFactorOf = (id: string) =>
  answer(api.DELETE("/api/v2/users/{user_id}/totp", at(id)));

export const userQuery = (id: string) =>
  queryOptions({ queryKey: ["users", id], queryFn: () => readUser(id) });

export const subjectQuery = (id: string) =>
  queryOptions({
    queryKey: ["subjects", id],
    queryFn: () =>
      answer(
        api.GET("/api/v2/authorization/subjects/{subject_id}", {
          params: { path: { subject_id: id } },
        }),
      ),
  });

export interface GrantPath {
  subjectId: string;
  divisionId: string;
  roleId: string;
}

const GRANT = "/api/v2/authorization/subjects/{subject_id}/divisions/{division_id}/roles/{role_id}";
const ofGrant = ({ subjectId, divisionId, roleId }: GrantPath) => ({
  params: { path: { subject_id: subjectId, division_id: divisionId, role_id: roleId } },
});
export const addGrant = (path: GrantPath) => answer(api.POST(GRANT, ofGrant(path)));
export const removeGrant = (path: GrantPath) => answer(api.DELETE(GRANT, ofGrant(path)));

const ROLES = "/api/v2/authorization/roles";
export const readRoles = (pageNumber: number) => answer(api.GET(ROLES, numbered(pageNumber)));
export const readRole = (id: string) => answer(api.GET(`${ROLES}/{role_id}`, ofRole(id)));
export const addRole = (body: RoleEdit) => answer(api.POST(ROLES, { body }));
export const changeRole = (id: string, body: RoleEdit) =>
  answer(api.PUT(`${ROLES}/{role_id}`, { ...ofRole(id), body }));
export const deleteRole = (id: string) => answer(api.DELETE(`${ROLES}/{role_id}`, ofRole(id)));

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
export const addDivision = (body: DivisionEdit) => answer(api.POST(DIVISIONS, { body }));
export const changeDivision = (id: string, body: DivisionEdit) =>
  answer(api.PUT(`${DIVISIONS}/{division_id}`, { ...ofDivision(id), body }));
export const deleteDivision = (id: string) =>
  answer(api.DELETE(`${DIVISIONS}/{division_id}`, ofDivision(id)));

export const divisionsQuery = queryOptions({
  queryKey: ["divisions"],
  queryFn: () => readDivisions(1),
});
