"""Divisions: the parts of an organization in which roles are granted and things live."""

from uuid import UUID

import msgspec

from tidings.store.query import Count, Nothing, Query

COLUMNS = "id, name, description, is_home, version"


class DivisionRow(msgspec.Struct, frozen=True):
    """One division; exactly one of an organization is its Home."""

    id: UUID
    name: str
    description: str
    is_home: bool
    version: int


def insert_division(
    organization_id: UUID,
    division_id: UUID,
    *,
    name: str,
    description: str,
    is_home: bool = False,
) -> Query[DivisionRow]:
    """Create a division; a name that exists already (whatever its case) gives no row."""
    return Query(
        f"""
        INSERT INTO division (organization_id, id, name, description, is_home)
        VALUES (%(organization_id)s, %(id)s, %(name)s, %(description)s, %(is_home)s)
        ON CONFLICT DO NOTHING
        RETURNING {COLUMNS}
        """,
        {
            "organization_id": organization_id,
            "id": division_id,
            "name": name,
            "description": description,
            "is_home": is_home,
        },
        DivisionRow,
    )


def select_division(organization_id: UUID, division_id: UUID) -> Query[DivisionRow]:
    """One division by id."""
    return Query(
        f"SELECT {COLUMNS} FROM division"
        " WHERE organization_id = %(organization_id)s AND id = %(id)s",
        {"organization_id": organization_id, "id": division_id},
        DivisionRow,
    )


def select_home(organization_id: UUID) -> Query[DivisionRow]:
    """The organization's Home division."""
    return Query(
        f"SELECT {COLUMNS} FROM division WHERE organization_id = %(organization_id)s AND is_home",
        {"organization_id": organization_id},
        DivisionRow,
    )


def select_divisions(
    organization_id: UUID,
    *,
    name_like: str | None,
    ids: list[UUID] | None,
    limit: int,
    offset: int,
) -> Query[DivisionRow]:
    """A page of divisions by name. They are few (at most 1,000), so a page number is enough."""
    return Query(
        f"""
        SELECT {COLUMNS} FROM division
        WHERE organization_id = %(organization_id)s
          AND (%(name_like)s::text IS NULL OR name ILIKE %(name_like)s)
          AND (%(ids)s::uuid[] IS NULL OR id = ANY(%(ids)s))
        ORDER BY lower(name), id
        LIMIT %(limit)s OFFSET %(offset)s
        """,
        {
            "organization_id": organization_id,
            "name_like": name_like,
            "ids": ids,
            "limit": limit,
            "offset": offset,
        },
        DivisionRow,
    )


def select_divisions_beside(
    organization_id: UUID,
    *,
    name_like: str | None,
    ids: list[UUID] | None,
    beside: UUID | None,
    backwards: bool,
    limit: int,
) -> Query[DivisionRow]:
    """Divisions by name from behind one on, or, backwards, those before it, the nearest first."""
    than, order = ("<", "DESC") if backwards else (">", "ASC")
    return Query(
        f"""
        SELECT {COLUMNS} FROM division d
        WHERE organization_id = %(organization_id)s
          AND (%(name_like)s::text IS NULL OR name ILIKE %(name_like)s)
          AND (%(ids)s::uuid[] IS NULL OR id = ANY(%(ids)s))
          AND (%(beside)s::uuid IS NULL OR (lower(name), id) {than} (
                SELECT lower(b.name), b.id FROM division b
                WHERE b.organization_id = %(organization_id)s AND b.id = %(beside)s))
        ORDER BY lower(name) {order}, id {order}
        LIMIT %(limit)s
        """,
        {
            "organization_id": organization_id,
            "name_like": name_like,
            "ids": ids,
            "beside": beside,
            "limit": limit,
        },
        DivisionRow,
    )


def count_divisions(
    organization_id: UUID, *, name_like: str | None = None, ids: list[UUID] | None = None
) -> Query[Count]:
    """How many divisions the same conditions give."""
    return Query(
        """
        SELECT count(*) AS count FROM division
        WHERE organization_id = %(organization_id)s
          AND (%(name_like)s::text IS NULL OR name ILIKE %(name_like)s)
          AND (%(ids)s::uuid[] IS NULL OR id = ANY(%(ids)s))
        """,
        {"organization_id": organization_id, "name_like": name_like, "ids": ids},
        Count,
    )


def update_division(
    organization_id: UUID, division_id: UUID, *, name: str, description: str, version: int
) -> Query[DivisionRow]:
    """Change a division from this version; no row means that it was changed meanwhile."""
    return Query(
        f"""
        UPDATE division
        SET name = %(name)s, description = %(description)s, version = version + 1
        WHERE organization_id = %(organization_id)s AND id = %(id)s AND version = %(version)s
        RETURNING {COLUMNS}
        """,
        {
            "organization_id": organization_id,
            "id": division_id,
            "name": name,
            "description": description,
            "version": version,
        },
        DivisionRow,
    )


def delete_division(organization_id: UUID, division_id: UUID) -> Query[Nothing]:
    """Delete a division that nothing refers to; the Home division stays."""
    return Query(
        """
        DELETE FROM division
        WHERE organization_id = %(organization_id)s AND id = %(id)s AND NOT is_home
        """,
        {"organization_id": organization_id, "id": division_id},
        Nothing,
    )
