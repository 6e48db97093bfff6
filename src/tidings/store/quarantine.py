"""Quarantine: what a provider sent and nobody could read, kept, shown and replayable."""

from uuid import UUID

import msgspec

from tidings.store.ids import new_id
from tidings.store.query import Nothing, Query


class Unread(msgspec.Struct, frozen=True):
    """One element that could not be read or applied."""

    organization_id: UUID
    inbox_id: UUID
    provider: str
    reason: str
    fragment: str


def insert_unread(rows: list[Unread]) -> Query[Nothing]:
    """Put elements into quarantine."""
    return Query(
        """
        INSERT INTO quarantine (organization_id, id, inbox_id, provider, reason, fragment)
        SELECT unnest(%(organizations)b::uuid[]), unnest(%(ids)b::uuid[]),
               unnest(%(inbox_ids)b::uuid[]), unnest(%(providers)s::text[]),
               unnest(%(reasons)s::text[]), unnest(%(fragments)s::text[])
        """,
        {
            "organizations": [row.organization_id for row in rows],
            "ids": [new_id() for _ in rows],
            "inbox_ids": [row.inbox_id for row in rows],
            "providers": [row.provider for row in rows],
            "reasons": [row.reason for row in rows],
            "fragments": [row.fragment for row in rows],
        },
        Nothing,
    )


class QuarantineRow(msgspec.Struct, frozen=True):
    """An element in quarantine; its id tells when it came in."""

    id: UUID
    organization_id: UUID
    inbox_id: UUID
    provider: str
    reason: str
    fragment: str
    state: str


COLUMNS = "id, organization_id, inbox_id, provider, reason, fragment, state"


def select_quarantine(
    organization_id: UUID | None, *, before_id: UUID, limit: int
) -> Query[QuarantineRow]:
    """Open elements, newest first, of one organization or (for the operator) of all."""
    return Query(
        f"""
        SELECT {COLUMNS} FROM quarantine
        WHERE (%(organization_id)s::uuid IS NULL OR organization_id = %(organization_id)s)
          AND state = 'open' AND id < %(before_id)s
        ORDER BY id DESC LIMIT %(limit)s
        """,
        {"organization_id": organization_id, "before_id": before_id, "limit": limit},
        QuarantineRow,
    )


def settle_quarantine(
    organization_id: UUID, quarantine_id: UUID, *, state: str
) -> Query[QuarantineRow]:
    """Take an open element out of quarantine as replayed or dismissed; no row if it is not open."""
    return Query(
        f"""
        UPDATE quarantine SET state = %(state)s, settled_at = now()
        WHERE organization_id = %(organization_id)s AND id = %(id)s AND state = 'open'
        RETURNING {COLUMNS}
        """,
        {"organization_id": organization_id, "id": quarantine_id, "state": state},
        QuarantineRow,
    )


class OpenCount(msgspec.Struct, frozen=True):
    """How many elements are in quarantine."""

    count: int


def count_quarantine(organization_id: UUID | None) -> Query[OpenCount]:
    """Open elements of one organization or of all."""
    return Query(
        """
        SELECT count(*)::integer AS count FROM quarantine
        WHERE (%(organization_id)s::uuid IS NULL OR organization_id = %(organization_id)s)
          AND state = 'open'
        """,
        {"organization_id": organization_id},
        OpenCount,
    )
