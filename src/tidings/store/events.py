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
    """One event. Its id tells when it was made; a later commit may show it after younger ones.

    Events of messages come in thousands a second while a campaign runs, so they come without
    their body here: what somebody listens to of it is read by `select_told_messages`.
    """

    organization_id: UUID
    id: UUID
    kind: str
    entity_id: UUID | None
    body: dict[str, Any]


COLUMNS = """
    e.organization_id, e.id, e.kind, e.entity_id,
    CASE WHEN e.kind LIKE 'message.%%' THEN '{}' ELSE e.body END AS body
"""


def select_new_events(
    with_messages: dict[UUID, bool], *, after: UUID, seen: list[UUID], limit: int
) -> Query[EventRow]:
    """Events of some organizations with ids above `after` that were not seen yet, oldest first.

    `with_messages` names the organizations, and says which of them want those of messages too.
    Ids are made before their transaction commits, so `after` lies some seconds back, and `seen`
    holds what was read of that time. It walks the key of the newest partition, without a lock.
    """
    return Query(
        f"""
        SELECT {COLUMNS}
        FROM (SELECT unnest(%(organization_ids)s::uuid[]) AS organization_id,
                     unnest(%(with_messages)s::boolean[]) AS with_messages) x
        JOIN event e ON e.organization_id = x.organization_id
        WHERE e.id > %(after)s AND e.id <> ALL(%(seen)s::uuid[])
          AND (x.with_messages OR e.kind NOT LIKE 'message.%%')
        ORDER BY e.id LIMIT %(limit)s
        """,
        {
            "organization_ids": list(with_messages),
            "with_messages": list(with_messages.values()),
            "after": after,
            "seen": seen,
            "limit": limit,
        },
        EventRow,
    )


def select_events(organization_id: UUID, ids: list[UUID]) -> Query[EventRow]:
    """These events, oldest first."""
    return Query(
        f"""
        SELECT {COLUMNS} FROM event e
        WHERE e.organization_id = %(organization_id)s AND e.id = ANY(%(ids)s)
        ORDER BY e.id
        """,
        {"organization_id": organization_id, "ids": ids},
        EventRow,
    )


def select_events_after(organization_id: UUID, *, after: UUID, limit: int) -> Query[EventRow]:
    """An organization's events with ids above `after`, oldest first."""
    return Query(
        f"""
        SELECT {COLUMNS} FROM event e
        WHERE e.organization_id = %(organization_id)s AND e.id > %(after)s
        ORDER BY e.id LIMIT %(limit)s
        """,
        {"organization_id": organization_id, "after": after, "limit": limit},
        EventRow,
    )


class ToldMessages(msgspec.Struct, frozen=True):
    """What an event tells of the messages of some conversations."""

    event_id: UUID
    messages: list[dict[str, Any]]


def select_told_messages(
    organization_id: UUID, event_ids: list[UUID], conversation_ids: list[UUID]
) -> Query[ToldMessages]:
    """What these events of messages tell of these conversations; often nothing."""
    return Query(
        """
        SELECT e.id AS event_id, jsonb_agg(m.value ORDER BY m.place) AS messages
        FROM event e
        CROSS JOIN LATERAL jsonb_array_elements(e.body -> 'messages')
          WITH ORDINALITY AS m (value, place)
        JOIN (SELECT DISTINCT unnest(%(conversation_ids)s::uuid[])::text AS id) x
          ON x.id = m.value ->> 'conversationId'
        WHERE e.organization_id = %(organization_id)s AND e.id = ANY(%(event_ids)s)
        GROUP BY e.id
        """,
        {
            "organization_id": organization_id,
            "event_ids": event_ids,
            "conversation_ids": conversation_ids,
        },
        ToldMessages,
    )


class DeskEvent(msgspec.Struct, frozen=True):
    """An event that tells of a new message in what an agent has or what waits."""

    event_id: UUID


def select_desk_events(organization_id: UUID, event_ids: list[UUID]) -> Query[DeskEvent]:
    """Which of these events of messages tell of new ones in what agents have or what waits.

    What is only delivered or read is passed over. The others are looked up in the small indexes of
    what goes on, since a campaign's messages come in thousands a second.
    """
    return Query(
        """
        SELECT DISTINCT e.id AS event_id
        FROM event e
        CROSS JOIN LATERAL jsonb_array_elements(e.body -> 'messages') AS m (value)
        WHERE e.organization_id = %(organization_id)s AND e.id = ANY(%(event_ids)s)
          AND coalesce(m.value ->> 'status', 'received') IN ('received', 'queued')
          AND (EXISTS (
                 SELECT FROM participant p
                 WHERE p.organization_id = %(organization_id)s
                   AND p.conversation_id = (m.value ->> 'conversationId')::uuid
                   AND p.purpose = 'agent' AND p.mode = 'primary' AND p.state <> 'disconnected')
               OR EXISTS (
                 SELECT FROM waiting w
                 WHERE w.organization_id = %(organization_id)s
                   AND w.conversation_id = (m.value ->> 'conversationId')::uuid))
        """,
        {"organization_id": organization_id, "event_ids": event_ids},
        DeskEvent,
    )
