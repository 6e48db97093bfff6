"""Default roles of all organizations: bringing them up to what the program knows."""

from collections.abc import Sequence
from uuid import UUID

import msgspec
from psycopg.types.json import Jsonb

from tidings.domain.roles import DefaultRole
from tidings.store.ids import new_id
from tidings.store.query import Nothing, Query


class OrganizationKey(msgspec.Struct, frozen=True):
    """Which organization."""

    id: UUID


class KnownPermission(msgspec.Struct, frozen=True):
    """A permission of the version that ran last."""

    name: str


class HeldRole(msgspec.Struct, frozen=True):
    """A default role of an organization; `known_permissions`: the list it was last brought up to,
    None when that was never."""

    organization_id: UUID
    id: UUID
    name: str
    default_role: str
    permissions: list[str]
    known_permissions: list[str] | None


def select_organizations_after(after_id: UUID, *, limit: int) -> Query[OrganizationKey]:
    """The next organizations of a walk through all of them."""
    return Query(
        "SELECT id FROM organization WHERE id > %(after_id)s ORDER BY id LIMIT %(limit)s",
        {"after_id": after_id, "limit": limit},
        OrganizationKey,
    )


def select_known_permissions() -> Query[KnownPermission]:
    """The permissions of the version that ran last."""
    return Query("SELECT name FROM known_permission", {}, KnownPermission)


def insert_missing_roles(
    organization_ids: Sequence[UUID], roles: dict[str, DefaultRole]
) -> Query[HeldRole]:
    """Give organizations the default roles that they were not born with.

    Where a role of their own has the name already, `(default)` is added to it.
    """
    return Query(
        """
        INSERT INTO role (organization_id, id, name, description, permissions, default_role,
                          known_permissions)
        SELECT o.id, gen_random_uuid(),
               x.name || CASE WHEN EXISTS (
                 SELECT FROM role r WHERE r.organization_id = o.id AND lower(r.name) = lower(x.name)
               ) THEN ' (default)' ELSE '' END,
               x.description, string_to_array(x.permissions, ' '), x.key,
               string_to_array(x.permissions, ' ')
        FROM organization o
        CROSS JOIN (SELECT unnest(%(keys)s::text[]) AS key, unnest(%(names)s::text[]) AS name,
                           unnest(%(descriptions)s::text[]) AS description,
                           unnest(%(permissions)s::text[]) AS permissions) x
        WHERE o.id = ANY(%(organization_ids)s) AND NOT EXISTS (
          SELECT FROM role r WHERE r.organization_id = o.id AND r.default_role = x.key)
        ON CONFLICT DO NOTHING
        RETURNING organization_id, id, name, default_role, permissions, known_permissions
        """,
        {
            "organization_ids": list(organization_ids),
            "keys": list(roles),
            "names": [each.name for each in roles.values()],
            "descriptions": [each.description for each in roles.values()],
            "permissions": [" ".join(each.permissions) for each in roles.values()],
        },
        HeldRole,
    )


def lock_outdated_roles(
    organization_ids: Sequence[UUID], roles: dict[str, DefaultRole]
) -> Query[HeldRole]:
    """The default roles of organizations that know another list than this one, held."""
    return Query(
        """
        SELECT r.organization_id, r.id, r.name, r.default_role, r.permissions,
               r.known_permissions
        FROM role r
        JOIN (SELECT unnest(%(keys)s::text[]) AS key,
                     unnest(%(permissions)s::text[]) AS permissions) x
          ON x.key = r.default_role
        WHERE r.organization_id = ANY(%(organization_ids)s)
          AND r.known_permissions IS DISTINCT FROM string_to_array(x.permissions, ' ')
        ORDER BY r.organization_id, r.id
        FOR UPDATE OF r
        """,
        {
            "organization_ids": list(organization_ids),
            "keys": list(roles),
            "permissions": [" ".join(each.permissions) for each in roles.values()],
        },
        HeldRole,
    )


def renew_roles(renewed: Sequence[HeldRole]) -> Query[Nothing]:
    """Write what these roles hold now, and the lists that they were brought up to."""
    return Query(
        """
        UPDATE role r
        SET permissions = string_to_array(x.permissions, ' '),
            known_permissions = string_to_array(x.known, ' '), version = r.version + 1
        FROM (SELECT unnest(%(organizations)s::uuid[]) AS organization_id,
                     unnest(%(ids)s::uuid[]) AS id,
                     unnest(%(permissions)s::text[]) AS permissions,
                     unnest(%(known)s::text[]) AS known) x
        WHERE r.organization_id = x.organization_id AND r.id = x.id
        """,
        {
            "organizations": [each.organization_id for each in renewed],
            "ids": [each.id for each in renewed],
            "permissions": [" ".join(each.permissions) for each in renewed],
            "known": [" ".join(each.known_permissions or ()) for each in renewed],
        },
        Nothing,
    )


def audit_roles(
    action: str, roles: Sequence[HeldRole], before: Sequence[HeldRole | None]
) -> Query[Nothing]:
    """Write down that the program itself made or changed these roles, in their order."""
    return Query(
        """
        INSERT INTO audit (organization_id, id, actor_kind, actor_name, action, entity_type,
                           entity_id, entity_name, before, after)
        SELECT x.organization_id, x.id, 'system', 'Tidings', %(action)s, 'role', x.role_id, x.name,
               x.before, x.after
        FROM (SELECT unnest(%(organizations)s::uuid[]) AS organization_id,
                     unnest(%(ids)s::uuid[]) AS id,
                     unnest(%(roles)s::uuid[]) AS role_id,
                     unnest(%(names)s::text[]) AS name,
                     unnest(%(before)s::jsonb[]) AS before,
                     unnest(%(after)s::jsonb[]) AS after) x
        """,
        {
            "action": action,
            "organizations": [each.organization_id for each in roles],
            "ids": [new_id() for _ in roles],
            "roles": [each.id for each in roles],
            "names": [each.name for each in roles],
            "before": [None if each is None else Jsonb(_plain(each)) for each in before],
            "after": [Jsonb(_plain(each)) for each in roles],
        },
        Nothing,
    )


def replace_known_permissions(permissions: Sequence[str]) -> Query[Nothing]:
    """Remember the permissions of this version."""
    return Query(
        """
        WITH gone AS (DELETE FROM known_permission WHERE name <> ALL(%(names)s::text[]))
        INSERT INTO known_permission (name) SELECT unnest(%(names)s::text[])
        ON CONFLICT DO NOTHING
        """,
        {"names": list(permissions)},
        Nothing,
    )


def _plain(role: HeldRole) -> dict[str, object]:
    return {"name": role.name, "permissions": role.permissions}
