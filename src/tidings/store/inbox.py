"""The journal of received webhooks and the queue of those not applied yet.

The journal is only inserted into, and dropped by the day; the queue beside it is narrow,
because its rows come and go thousands of times a second.
"""

import zlib
from collections.abc import Sequence
from uuid import UUID

import msgspec

from tidings.store.ids import new_id
from tidings.store.query import Nothing, Query


class Received(msgspec.Struct, frozen=True):
    """One webhook as it came: signed, unread. `organization_id` is whose secret signed it."""

    provider: str
    organization_id: UUID
    lane: int
    body: bytes


class InboxRow(msgspec.Struct, frozen=True):
    """A received webhook to apply."""

    id: UUID
    provider: str
    organization_id: UUID
    body: bytes
    attempts: int


def lane_of(account_ids: Sequence[str], lanes: int) -> int:
    """The lane of a webhook: that of its first account, whose webhooks so keep their order."""
    return zlib.crc32(account_ids[0].encode() if account_ids else b"") % lanes


def insert_received(webhooks: list[Received]) -> Query[Nothing]:
    """Write received webhooks down, put them in their lanes and wake the intake, at once."""
    ids = [new_id() for _ in webhooks]
    return Query(
        """
        WITH queued AS (
          INSERT INTO inbox_queue (lane, inbox_id)
          SELECT unnest(%(lanes)s::smallint[]), unnest(%(ids)b::uuid[])
        ), written AS (
          INSERT INTO inbox (id, provider, organization_id, body)
          SELECT unnest(%(ids)b::uuid[]), unnest(%(providers)s::text[]),
                 unnest(%(organizations)b::uuid[]), unnest(%(bodies)b::bytea[])
        )
        SELECT pg_notify('tidings_inbox', x::text)
        FROM (SELECT DISTINCT unnest(%(lanes)s::smallint[]) AS x) w
        """,
        {
            "ids": ids,
            "lanes": [each.lane for each in webhooks],
            "providers": [each.provider for each in webhooks],
            "organizations": [each.organization_id for each in webhooks],
            "bodies": [each.body for each in webhooks],
        },
        Nothing,
    )


def select_lane(lane: int, *, limit: int) -> Query[InboxRow]:
    """The oldest webhooks of a lane. One holder of the lane's lease reads it, so no row lock."""
    return Query(
        """
        SELECT i.id, i.provider, i.organization_id, i.body, q.attempts
        FROM (SELECT inbox_id, attempts FROM inbox_queue WHERE lane = %(lane)s
              ORDER BY inbox_id LIMIT %(limit)s) q
        JOIN inbox i ON i.id = q.inbox_id
        ORDER BY i.id
        """,
        {"lane": lane, "limit": limit},
        InboxRow,
    )


def delete_applied(lane: int, ids: list[UUID]) -> Query[Nothing]:
    """Take applied webhooks out of their lane; runs in the transaction that applied them."""
    return Query(
        "DELETE FROM inbox_queue WHERE lane = %(lane)s AND inbox_id = ANY(%(ids)b::uuid[])",
        {"lane": lane, "ids": ids},
        Nothing,
    )


def delete_received(ids: list[UUID]) -> Query[Nothing]:
    """Take webhooks out of the journal whose parts are there instead."""
    return Query("DELETE FROM inbox WHERE id = ANY(%(ids)b::uuid[])", {"ids": ids}, Nothing)


def insert_queued(lane: int, inbox_id: UUID) -> Query[Nothing]:
    """Put a journalled webhook into its lane again: a replay."""
    return Query(
        "INSERT INTO inbox_queue (lane, inbox_id) VALUES (%(lane)s, %(id)s) ON CONFLICT DO NOTHING",
        {"lane": lane, "id": inbox_id},
        Nothing,
    )


class LaneState(msgspec.Struct, frozen=True):
    """How much waits in a lane, and since when (its oldest id tells the time)."""

    lane: int
    waiting: int
    oldest_id: UUID


def select_lanes() -> Query[LaneState]:
    """All lanes in which something waits."""
    return Query(
        """
        SELECT lane, count(*)::integer AS waiting,
               (array_agg(inbox_id ORDER BY inbox_id))[1] AS oldest_id
        FROM inbox_queue GROUP BY lane ORDER BY lane
        """,
        {},
        LaneState,
    )


class JournalRow(msgspec.Struct, frozen=True):
    """A webhook in the journal."""

    id: UUID
    provider: str
    body: bytes


def select_journalled(organization_id: UUID, inbox_id: UUID) -> Query[JournalRow]:
    """A received webhook; no row once its day was dropped from the journal."""
    return Query(
        """
        SELECT id, provider, body FROM inbox
        WHERE organization_id = %(organization_id)s AND id = %(id)s
        """,
        {"organization_id": organization_id, "id": inbox_id},
        JournalRow,
    )
