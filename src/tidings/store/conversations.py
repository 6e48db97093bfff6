"""Conversations and their messages: the rows that sending and receiving write."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from tidings.store.query import Nothing, Query


class NewConversation(msgspec.Struct, frozen=True):
    """A conversation to create."""

    id: UUID
    division_id: UUID
    integration_id: UUID
    customer_id: UUID
    state: str
    direction: str
    initiator: str
    address: str
    started_at: datetime
    message_count: int
    last_message_id: UUID
    last_message_at: datetime


def insert_conversations(organization_id: UUID, rows: list[NewConversation]) -> Query[Nothing]:
    """Create conversations, together with the counts of the messages that follow them."""
    names = ("id", "division_id", "integration_id", "customer_id", "state", "direction",
             "initiator", "address", "message_count", "last_message_id", "started_at",
             "last_message_at")  # fmt: skip
    types = ("uuid", "uuid", "uuid", "uuid", "text", "text", "text", "text", "integer", "uuid",
             "timestamptz", "timestamptz")  # fmt: skip
    columns = ", ".join(
        f"unnest(%({name})s::{type_}[])" for name, type_ in zip(names, types, strict=True)
    )
    params: dict[str, Any] = {name: [getattr(row, name) for row in rows] for name in names}
    params |= {
        "organization_id": organization_id,
        "ended_at": [row.started_at if row.state == "disconnected" else None for row in rows],
    }
    return Query(
        f"""
        INSERT INTO conversation (organization_id, {", ".join(names)}, ended_at)
        SELECT %(organization_id)s, {columns}, unnest(%(ended_at)s::timestamptz[])
        """,
        params,
        Nothing,
    )


class Appended(msgspec.Struct, frozen=True):
    """Messages appended to one existing conversation; `state` None leaves it as it is."""

    conversation_id: UUID
    count: int
    last_message_id: UUID
    last_message_at: datetime
    state: str | None = None


def _together(rows: list[Appended]) -> list[Appended]:
    """One row for each conversation, by id: all its messages, and the last of them."""
    merged: dict[UUID, Appended] = {}
    for row in rows:
        known = merged.get(row.conversation_id)
        if known is not None:
            last = row if row.last_message_at >= known.last_message_at else known
            row = msgspec.structs.replace(
                last, count=known.count + row.count, state=row.state or known.state
            )
        merged[row.conversation_id] = row
    return [merged[key] for key in sorted(merged)]


def append_messages(organization_id: UUID, rows: list[Appended]) -> Query[Nothing]:
    """Move the counts of existing conversations, in the order of their ids against deadlocks.

    Several rows of one conversation count together: an UPDATE takes only one of them.
    """
    rows = _together(rows)
    return Query(
        """
        WITH given AS MATERIALIZED (
          SELECT unnest(%(ids)b::uuid[]) AS id, unnest(%(counts)s::integer[]) AS count,
                 unnest(%(messages)b::uuid[]) AS message_id,
                 unnest(%(at)s::timestamptz[]) AS at, unnest(%(states)s::text[]) AS state
        ), locked AS MATERIALIZED (
          SELECT c.id FROM conversation c
          WHERE c.organization_id = %(organization_id)s AND c.id = ANY(%(ids)b::uuid[])
          ORDER BY c.id FOR UPDATE
        )
        UPDATE conversation c
        SET message_count = c.message_count + g.count, last_message_id = g.message_id,
            last_message_at = greatest(c.last_message_at, g.at),
            state = CASE WHEN c.state = 'disconnected' THEN coalesce(g.state, c.state)
                    ELSE c.state END,
            ended_at = CASE WHEN c.state = 'disconnected' AND g.state IS NOT NULL THEN NULL
                       ELSE c.ended_at END
        FROM given g JOIN locked ON locked.id = g.id
        WHERE c.organization_id = %(organization_id)s AND c.id = g.id
        """,
        {
            "organization_id": organization_id,
            "ids": [row.conversation_id for row in rows],
            "counts": [row.count for row in rows],
            "messages": [row.last_message_id for row in rows],
            "at": [row.last_message_at for row in rows],
            "states": [row.state for row in rows],
        },
        Nothing,
    )
