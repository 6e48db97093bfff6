"""Presences that an organization defined beside the system ones, such as a kind of break."""

from uuid import UUID

import msgspec
from psycopg.types.json import Jsonb

from tidings.store.query import Query

COLUMNS = "p.id, p.system_presence, p.labels, p.deactivated"


class PresenceRow(msgspec.Struct, frozen=True):
    """One presence of the organization's own; labels by language."""

    id: UUID
    system_presence: str
    labels: dict[str, str]
    deactivated: bool


def select_presences(organization_id: UUID, *, ids: list[UUID] | None = None) -> Query[PresenceRow]:
    """The organization's own presences, oldest first. They are few."""
    return Query(
        f"""
        SELECT {COLUMNS} FROM presence_definition p
        WHERE p.organization_id = %(organization_id)s
          AND (%(ids)s::uuid[] IS NULL OR p.id = ANY(%(ids)s))
        ORDER BY p.created_at, p.id
        LIMIT 1000
        """,
        {"organization_id": organization_id, "ids": ids},
        PresenceRow,
    )


def put_presence(organization_id: UUID, presence: PresenceRow) -> Query[PresenceRow]:
    """Create or change a presence; its system presence stays what it was."""
    return Query(
        f"""
        INSERT INTO presence_definition AS p
          (organization_id, id, system_presence, labels, deactivated)
        VALUES (%(organization_id)s, %(id)s, %(system_presence)s, %(labels)s, %(deactivated)s)
        ON CONFLICT (organization_id, id) DO UPDATE
        SET labels = excluded.labels, deactivated = excluded.deactivated
        RETURNING {COLUMNS}
        """,
        {
            "organization_id": organization_id,
            "id": presence.id,
            "system_presence": presence.system_presence,
            "labels": Jsonb(presence.labels),
            "deactivated": presence.deactivated,
        },
        PresenceRow,
    )
