"""Event rows: what happened, for sockets, counters and other systems; written with the change."""

from typing import Any
from uuid import UUID

import msgspec
from psycopg.types.json import Jsonb

from tidings.store.ids import new_id
from tidings.store.query import Nothing, Query

INSERT = """
    INSERT INTO event (organization_id, id, kind, entity_id, body)
    VALUES (%(organization_id)s, %(id)s, %(kind)s, %(entity_id)s, %(body)s)
"""


def insert_event(
    organization_id: UUID, kind: str, *, body: dict[str, Any], entity_id: UUID | None = None
) -> Query[Nothing]:
    """Announce one change, or one batch of changes of a kind (`body` then holds the list)."""
    params = {
        "organization_id": organization_id,
        "id": new_id(),
        "kind": kind,
        "entity_id": entity_id,
        "body": Jsonb(body),
    }
    return Query(INSERT, params, Nothing)


def insert_events(
    organization_id: UUID, kind: str, bodies: list[tuple[UUID, dict[str, Any]]]
) -> Query[Nothing]:
    """Announce one change to each of many things: pairs of the thing's id and the event's body."""
    return Query(
        """
        INSERT INTO event (organization_id, id, kind, entity_id, body)
        SELECT %(organization_id)s, x.id, %(kind)s, x.entity_id, x.body::jsonb
        FROM (SELECT unnest(%(ids)s::uuid[]) AS id, unnest(%(entity_ids)s::uuid[]) AS entity_id,
                     unnest(%(bodies)s::text[]) AS body) x
        """,
        {
            "organization_id": organization_id,
            "kind": kind,
            "ids": [new_id() for _ in bodies],
            "entity_ids": [entity_id for entity_id, _ in bodies],
            "bodies": [msgspec.json.encode(body).decode() for _, body in bodies],
        },
        Nothing,
    )


class EventRow(msgspec.Struct, frozen=True):
    """One event. Its id tells when it was made; a later commit may show it after younger ones."""

    organization_id: UUID
    id: UUID
    kind: str
    entity_id: UUID | None
    body: dict[str, Any]


def select_new_events(
    organization_ids: list[UUID], *, after: UUID, seen: list[UUID], limit: int
) -> Query[EventRow]:
    """Events of some organizations with ids above `after` that were not seen yet, oldest first.

    Ids are made before their transaction commits, so `after` lies some seconds back, and `seen`
    holds what was read of that time. It walks the key of the newest partition, without a lock.
    """
    return Query(
        """
        SELECT e.organization_id, e.id, e.kind, e.entity_id, e.body
        FROM (SELECT unnest(%(organization_ids)s::uuid[]) AS organization_id) x
        JOIN event e ON e.organization_id = x.organization_id
        WHERE e.id > %(after)s AND e.id <> ALL(%(seen)s::uuid[])
        ORDER BY e.id LIMIT %(limit)s
        """,
        {"organization_ids": organization_ids, "after": after, "seen": seen, "limit": limit},
        EventRow,
    )


def select_events_after(organization_id: UUID, *, after: UUID, limit: int) -> Query[EventRow]:
    """An organization's events with ids above `after`, oldest first."""
    return Query(
        """
        SELECT organization_id, id, kind, entity_id, body FROM event
        WHERE organization_id = %(organization_id)s AND id > %(after)s
        ORDER BY id LIMIT %(limit)s
        """,
        {"organization_id": organization_id, "after": after, "limit": limit},
        EventRow,
    )
