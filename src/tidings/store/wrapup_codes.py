"""Wrap-up codes: what a person says a conversation came to."""

from datetime import datetime
from uuid import UUID

import msgspec

from tidings.store.query import Count, Nothing, Query, params_of
from tidings.store.versioned import Key

COLUMNS = """
    c.id, c.name, c.description, c.division_id, d.name AS division_name, c.version, c.created_by,
    c.created_at, c.modified_at
"""
JOINED = """
    wrapup_code c
    JOIN division d ON d.organization_id = c.organization_id AND d.id = c.division_id
"""
CONDITIONS = """
    c.organization_id = %(organization_id)s AND c.deleted_at IS NULL
    AND (%(divisions)s::uuid[] IS NULL OR c.division_id = ANY(%(divisions)s))
    AND (%(division_ids)s::uuid[] IS NULL OR c.division_id = ANY(%(division_ids)s))
    AND (%(name_like)s::text IS NULL OR c.name ILIKE %(name_like)s)
    AND (%(ids)s::uuid[] IS NULL OR c.id = ANY(%(ids)s))
    AND (%(queue_id)s::uuid IS NULL OR EXISTS (
          SELECT FROM queue_wrapup_code q
          WHERE q.organization_id = c.organization_id AND q.queue_id = %(queue_id)s
            AND q.code_id = c.id))
"""


class WrapupCodeRow(msgspec.Struct, frozen=True):
    """One wrap-up code."""

    id: UUID
    name: str
    description: str
    division_id: UUID
    division_name: str
    version: int
    created_by: UUID | None
    created_at: datetime
    modified_at: datetime


class WrapupCodeFilter(msgspec.Struct, frozen=True):
    """Which codes: of the divisions that may be seen (None: any), of those asked for, with a name
    like this, of these ids, of this queue."""

    divisions: list[UUID] | None
    division_ids: list[UUID] | None = None
    name_like: str | None = None
    ids: list[UUID] | None = None
    queue_id: UUID | None = None


def insert_wrapup_code(
    organization_id: UUID,
    code_id: UUID,
    *,
    name: str,
    description: str,
    division_id: UUID,
    created_by: UUID,
) -> Query[Key]:
    """Create a wrap-up code; no row when the name is taken, whatever its case."""
    return Query(
        """
        INSERT INTO wrapup_code (organization_id, id, name, description, division_id, created_by)
        VALUES (%(organization_id)s, %(id)s, %(name)s, %(description)s, %(division_id)s,
                %(created_by)s)
        ON CONFLICT DO NOTHING
        RETURNING id
        """,
        {
            "organization_id": organization_id,
            "id": code_id,
            "name": name,
            "description": description,
            "division_id": division_id,
            "created_by": created_by,
        },
        Key,
    )


def select_wrapup_codes(
    organization_id: UUID, chosen: WrapupCodeFilter, *, limit: int, offset: int
) -> Query[WrapupCodeRow]:
    """A page of wrap-up codes by name. They are few, so a page number is enough."""
    return Query(
        f"""
        SELECT {COLUMNS} FROM {JOINED} WHERE {CONDITIONS}
        ORDER BY lower(c.name), c.id
        LIMIT %(limit)s OFFSET %(offset)s
        """,
        params_of(organization_id, chosen, limit=limit, offset=offset),
        WrapupCodeRow,
    )


def count_wrapup_codes(organization_id: UUID, chosen: WrapupCodeFilter) -> Query[Count]:
    """How many wrap-up codes the same conditions give."""
    return Query(
        f"SELECT count(*) AS count FROM wrapup_code c WHERE {CONDITIONS}",
        params_of(organization_id, chosen),
        Count,
    )


def update_wrapup_code(
    organization_id: UUID, code_id: UUID, *, name: str, description: str, division_id: UUID
) -> Query[Key]:
    """Change a wrap-up code; the contract has no versions for it."""
    return Query(
        """
        UPDATE wrapup_code
        SET name = %(name)s, description = %(description)s, division_id = %(division_id)s,
            version = version + 1, modified_at = now()
        WHERE organization_id = %(organization_id)s AND id = %(id)s AND deleted_at IS NULL
        RETURNING id
        """,
        {
            "organization_id": organization_id,
            "id": code_id,
            "name": name,
            "description": description,
            "division_id": division_id,
        },
        Key,
    )


def delete_wrapup_code(organization_id: UUID, code_id: UUID) -> Query[Nothing]:
    """Take a code out of use and from its queues; conversations that have it keep its name.

    It moves to Home, so that its division can be deleted.
    """
    return Query(
        """
        WITH freed AS (
          DELETE FROM queue_wrapup_code
          WHERE organization_id = %(organization_id)s AND code_id = %(id)s
        )
        UPDATE wrapup_code
        SET deleted_at = now(), version = version + 1,
            division_id = (SELECT d.id FROM division d
                           WHERE d.organization_id = %(organization_id)s AND d.is_home)
        WHERE organization_id = %(organization_id)s AND id = %(id)s
        """,
        {"organization_id": organization_id, "id": code_id},
        Nothing,
    )


def add_queue_codes(organization_id: UUID, queue_id: UUID, code_ids: list[UUID]) -> Query[Nothing]:
    """Offer these codes in a queue; those it has already stay."""
    return Query(
        """
        INSERT INTO queue_wrapup_code (organization_id, queue_id, code_id)
        SELECT %(organization_id)s, %(queue_id)s, x.code_id
        FROM (SELECT unnest(%(code_ids)s::uuid[]) AS code_id) x
        ON CONFLICT DO NOTHING
        """,
        {"organization_id": organization_id, "queue_id": queue_id, "code_ids": code_ids},
        Nothing,
    )


def remove_queue_code(organization_id: UUID, queue_id: UUID, code_id: UUID) -> Query[Nothing]:
    """Offer a code in a queue no longer."""
    return Query(
        """
        DELETE FROM queue_wrapup_code
        WHERE organization_id = %(organization_id)s AND queue_id = %(queue_id)s
          AND code_id = %(code_id)s
        """,
        {"organization_id": organization_id, "queue_id": queue_id, "code_id": code_id},
        Nothing,
    )
