"""Libraries: the shelves on which an organization keeps its responses.

An integration's library of templates has the integration's own id.
"""

from datetime import datetime
from uuid import UUID

import msgspec

from tidings.store.query import Count, Nothing, Query, params_of
from tidings.store.versioned import Key

COLUMNS = """
    l.id, l.name, l.division_id, d.name AS division_name, l.response_type, l.created_by,
    l.version, l.created_at
"""
JOINED = """
    library l JOIN division d ON d.organization_id = l.organization_id AND d.id = l.division_id
"""
CONDITIONS = """
    l.organization_id = %(organization_id)s
    AND (%(divisions)s::uuid[] IS NULL OR l.division_id = ANY(%(divisions)s))
    AND (%(name_likes)s::text[] IS NULL OR l.name ILIKE ALL(%(name_likes)s))
    AND (%(ids)s::uuid[] IS NULL OR l.id = ANY(%(ids)s))
    AND (NOT %(with_templates)s OR EXISTS (
          SELECT FROM response r
          WHERE r.organization_id = l.organization_id AND r.library_ids @> ARRAY[l.id]
            AND r.response_type = 'MessagingTemplate'))
"""


class LibraryRow(msgspec.Struct, frozen=True):
    """One library."""

    id: UUID
    name: str
    division_id: UUID
    division_name: str
    response_type: str | None
    created_by: UUID | None
    version: int
    created_at: datetime


class LibraryFilter(msgspec.Struct, frozen=True):
    """Which libraries: of these divisions (None: any), with names like all of these, of these
    ids, and only those that hold message templates."""

    divisions: list[UUID] | None
    name_likes: list[str] | None = None
    ids: list[UUID] | None = None
    with_templates: bool = False


def insert_library(
    organization_id: UUID,
    library_id: UUID,
    *,
    name: str,
    division_id: UUID,
    response_type: str | None,
    created_by: UUID | None,
) -> Query[Key]:
    """Create a library; no row when the name is taken, whatever its case."""
    return Query(
        """
        INSERT INTO library (organization_id, id, name, division_id, response_type, created_by)
        VALUES (%(organization_id)s, %(id)s, %(name)s, %(division_id)s, %(response_type)s,
                %(created_by)s)
        ON CONFLICT DO NOTHING
        RETURNING id
        """,
        {
            "organization_id": organization_id,
            "id": library_id,
            "name": name,
            "division_id": division_id,
            "response_type": response_type,
            "created_by": created_by,
        },
        Key,
    )


def put_template_library(organization_id: UUID, integration_id: UUID) -> Query[Key]:
    """Create or bring up to date the library of an integration's templates.

    Its name follows the integration's; where that name is taken, a piece of the id is added.
    """
    return Query(
        """
        WITH wanted AS (
          SELECT i.id, i.division_id, 'WhatsApp templates: ' || i.name AS name
          FROM integration i
          WHERE i.organization_id = %(organization_id)s AND i.id = %(id)s
            AND i.deleted_at IS NULL
        )
        INSERT INTO library AS l (organization_id, id, name, division_id, response_type)
        SELECT %(organization_id)s, w.id,
               CASE WHEN EXISTS (SELECT FROM library o
                                 WHERE o.organization_id = %(organization_id)s
                                   AND lower(o.name) = lower(w.name) AND o.id <> w.id)
                    THEN w.name || ' (' || right(w.id::text, 6) || ')' ELSE w.name END,
               w.division_id, 'MessagingTemplate'
        FROM wanted w
        ON CONFLICT (organization_id, id) DO UPDATE
        SET name = excluded.name, division_id = excluded.division_id, modified_at = now(),
            version = l.version + 1
        WHERE (l.name, l.division_id) <> (excluded.name, excluded.division_id)
        RETURNING l.id
        """,
        {"organization_id": organization_id, "id": integration_id},
        Key,
    )


def select_library(
    organization_id: UUID, library_id: UUID, *, divisions: list[UUID] | None
) -> Query[LibraryRow]:
    """One library, if it is in one of the divisions (None: any)."""
    return select_libraries(
        organization_id, LibraryFilter(divisions, ids=[library_id]), limit=1, offset=0
    )


def select_libraries(
    organization_id: UUID, chosen: LibraryFilter, *, limit: int, offset: int
) -> Query[LibraryRow]:
    """A page of libraries by name. They are few, so a page number is enough."""
    return Query(
        f"""
        SELECT {COLUMNS} FROM {JOINED}
        WHERE {CONDITIONS}
        ORDER BY lower(l.name), l.id
        LIMIT %(limit)s OFFSET %(offset)s
        """,
        params_of(organization_id, chosen, limit=limit, offset=offset),
        LibraryRow,
    )


def count_libraries(organization_id: UUID, chosen: LibraryFilter) -> Query[Count]:
    """How many libraries the same conditions give."""
    return Query(
        f"SELECT count(*) AS count FROM library l WHERE {CONDITIONS}",
        params_of(organization_id, chosen),
        Count,
    )


def update_library(
    organization_id: UUID, library_id: UUID, *, name: str, division_id: UUID, version: int
) -> Query[Key]:
    """Change a library from this version; no row means that it was changed meanwhile."""
    return Query(
        """
        UPDATE library
        SET name = %(name)s, division_id = %(division_id)s, version = version + 1,
            modified_at = now()
        WHERE organization_id = %(organization_id)s AND id = %(id)s AND version = %(version)s
        RETURNING id
        """,
        {
            "organization_id": organization_id,
            "id": library_id,
            "name": name,
            "division_id": division_id,
            "version": version,
        },
        Key,
    )


def delete_library(organization_id: UUID, library_id: UUID) -> Query[Nothing]:
    """Delete a library; its responses leave it, and those that are in no other go with it.

    Responses to synced templates stay: campaigns and messages refer to them by id.
    """
    return Query(
        """
        WITH gone AS (
          DELETE FROM response
          WHERE organization_id = %(organization_id)s AND library_ids = ARRAY[%(id)s::uuid]
            AND id IS DISTINCT FROM template_id
        ), moved AS (
          UPDATE response
          SET library_ids = array_remove(library_ids, %(id)s), version = version + 1,
              modified_at = now()
          WHERE organization_id = %(organization_id)s AND library_ids @> ARRAY[%(id)s::uuid]
            AND (library_ids <> ARRAY[%(id)s::uuid] OR id = template_id)
        )
        DELETE FROM library WHERE organization_id = %(organization_id)s AND id = %(id)s
        """,
        {"organization_id": organization_id, "id": library_id},
        Nothing,
    )
