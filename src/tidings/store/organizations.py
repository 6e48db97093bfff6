"""Organizations and what is born with them."""

from uuid import UUID

import msgspec

from tidings.store.query import Nothing, Query


class OrganizationRow(msgspec.Struct, frozen=True):
    """One organization."""

    id: UUID
    name: str
    short_name: str
    language: str
    version: int


COLUMNS = "id, name, short_name, language, version"


def insert_organization(
    organization_id: UUID, *, name: str, short_name: str, language: str
) -> Query[OrganizationRow]:
    """Create an organization; a short name that exists gives no row."""
    return Query(
        f"""
        INSERT INTO organization (id, name, short_name, language)
        VALUES (%(id)s, %(name)s, %(short_name)s, %(language)s)
        ON CONFLICT DO NOTHING
        RETURNING {COLUMNS}
        """,
        {"id": organization_id, "name": name, "short_name": short_name, "language": language},
        OrganizationRow,
    )


def select_organization(organization_id: UUID) -> Query[OrganizationRow]:
    """One organization by id."""
    return Query(
        f"SELECT {COLUMNS} FROM organization WHERE id = %(id)s",
        {"id": organization_id},
        OrganizationRow,
    )


def update_organization(
    organization_id: UUID, *, name: str, language: str, version: int
) -> Query[OrganizationRow]:
    """Change an organization from this version; no row when it is another one by now."""
    return Query(
        f"""
        UPDATE organization
        SET name = %(name)s, language = %(language)s, version = version + 1
        WHERE id = %(id)s AND version = %(version)s
        RETURNING {COLUMNS}
        """,
        {"id": organization_id, "name": name, "language": language, "version": version},
        OrganizationRow,
    )


def select_organization_named(short_name: str) -> Query[OrganizationRow]:
    """One organization by its short name."""
    return Query(
        f"SELECT {COLUMNS} FROM organization WHERE short_name = %(short_name)s",
        {"short_name": short_name},
        OrganizationRow,
    )


def select_organizations(limit: int) -> Query[OrganizationRow]:
    """All organizations by short name, for the operator's commands."""
    return Query(
        f"SELECT {COLUMNS} FROM organization ORDER BY short_name LIMIT %(limit)s",
        {"limit": limit},
        OrganizationRow,
    )


def insert_role(
    organization_id: UUID,
    role_id: UUID,
    *,
    name: str,
    description: str,
    permissions: list[str],
    default_role: str,
) -> Query[Nothing]:
    """Create a role that is born with the organization."""
    return Query(
        """
        INSERT INTO role (organization_id, id, name, description, permissions, default_role,
                          known_permissions)
        VALUES (%(organization_id)s, %(id)s, %(name)s, %(description)s, %(permissions)s,
                %(default_role)s, %(permissions)s)
        """,
        {
            "organization_id": organization_id,
            "id": role_id,
            "name": name,
            "description": description,
            "permissions": permissions,
            "default_role": default_role,
        },
        Nothing,
    )
