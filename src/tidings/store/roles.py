"""Roles: named sets of permission patterns of an organization."""

from uuid import UUID

import msgspec

from tidings.store.query import Count, Nothing, Query

COLUMNS = """r.id, r.name, r.description, r.permissions, r.default_role, r.version,
             NOT (r.permissions @> r.known_permissions AND r.permissions <@ r.known_permissions)
               AS is_changed,
             (SELECT count(DISTINCT g.subject_id) FROM role_grant g
              WHERE g.organization_id = r.organization_id AND g.role_id = r.id
                AND g.subject_kind = 'user')::integer AS user_count"""


class RoleRow(msgspec.Struct, frozen=True):
    """One role; `default_role` names one that every organization is born with.

    `is_changed`: whether somebody changed what a default role holds; None for other roles.
    """

    id: UUID
    name: str
    description: str
    permissions: list[str]
    default_role: str | None
    version: int
    is_changed: bool | None
    user_count: int


class RoleFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which roles a listing shows; None leaves a condition out."""

    name_like: str | None = None
    ids: list[UUID] | None = None
    default_roles: list[str] | None = None

    def params(self, organization_id: UUID) -> dict[str, object]:
        """The parameters of CONDITIONS."""
        return {
            "organization_id": organization_id,
            "name_like": self.name_like,
            "ids": self.ids,
            "default_roles": self.default_roles,
        }


CONDITIONS = """
    r.organization_id = %(organization_id)s
      AND (%(name_like)s::text IS NULL OR r.name ILIKE %(name_like)s)
      AND (%(ids)s::uuid[] IS NULL OR r.id = ANY(%(ids)s))
      AND (%(default_roles)s::text[] IS NULL OR r.default_role = ANY(%(default_roles)s))
"""


def insert_role(
    organization_id: UUID, role_id: UUID, *, name: str, description: str, permissions: list[str]
) -> Query[RoleRow]:
    """Create a role; a name that exists already (whatever its case) gives no row."""
    return Query(
        f"""
        WITH r AS (
          INSERT INTO role (organization_id, id, name, description, permissions)
          VALUES (%(organization_id)s, %(id)s, %(name)s, %(description)s, %(permissions)s)
          ON CONFLICT DO NOTHING
          RETURNING *)
        SELECT {COLUMNS} FROM r
        """,
        {
            "organization_id": organization_id,
            "id": role_id,
            "name": name,
            "description": description,
            "permissions": permissions,
        },
        RoleRow,
    )


def select_role(organization_id: UUID, role_id: UUID) -> Query[RoleRow]:
    """One role by id."""
    return Query(
        f"SELECT {COLUMNS} FROM role r"
        " WHERE r.organization_id = %(organization_id)s AND r.id = %(id)s",
        {"organization_id": organization_id, "id": role_id},
        RoleRow,
    )


def select_roles(
    organization_id: UUID, wanted: RoleFilter, *, limit: int, offset: int
) -> Query[RoleRow]:
    """A page of roles by name. They are few, so a page number is enough."""
    return Query(
        f"""
        SELECT {COLUMNS} FROM role r
        WHERE {CONDITIONS}
        ORDER BY lower(r.name), r.id
        LIMIT %(limit)s OFFSET %(offset)s
        """,
        wanted.params(organization_id) | {"limit": limit, "offset": offset},
        RoleRow,
    )


def count_roles(organization_id: UUID, wanted: RoleFilter) -> Query[Count]:
    """How many roles the same conditions give."""
    return Query(
        f"SELECT count(*) AS count FROM role r WHERE {CONDITIONS}",
        wanted.params(organization_id),
        Count,
    )


def update_role(
    organization_id: UUID,
    role_id: UUID,
    *,
    name: str,
    description: str,
    permissions: list[str],
    version: int,
) -> Query[RoleRow]:
    """Change a role from this version; no row means that it was changed meanwhile."""
    return Query(
        f"""
        WITH r AS (
          UPDATE role
          SET name = %(name)s, description = %(description)s, permissions = %(permissions)s,
              version = version + 1
          WHERE organization_id = %(organization_id)s AND id = %(id)s AND version = %(version)s
          RETURNING *)
        SELECT {COLUMNS} FROM r
        """,
        {
            "organization_id": organization_id,
            "id": role_id,
            "name": name,
            "description": description,
            "permissions": permissions,
            "version": version,
        },
        RoleRow,
    )


def delete_role(organization_id: UUID, role_id: UUID) -> Query[Nothing]:
    """Delete a role that nobody holds."""
    return Query(
        "DELETE FROM role WHERE organization_id = %(organization_id)s AND id = %(id)s",
        {"organization_id": organization_id, "id": role_id},
        Nothing,
    )
