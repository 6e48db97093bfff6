"""Members of queues: who may be offered what waits in them, and who takes part now."""

from datetime import datetime
from uuid import UUID

import msgspec

from tidings.store.query import Count, Nothing, Query, params_of

JOINED = """
    queue_member m
    JOIN user_account u ON u.organization_id = m.organization_id AND u.id = m.user_id
      AND u.state <> 'deleted'
    LEFT JOIN agent a ON a.organization_id = m.organization_id AND a.user_id = m.user_id
"""
CONDITIONS = """
    m.organization_id = %(organization_id)s AND m.queue_id = %(queue_id)s
    AND (%(joined)s::boolean IS NULL OR m.joined = %(joined)s)
    AND (%(name_like)s::text IS NULL OR u.name ILIKE %(name_like)s)
    AND (%(statuses)s::text[] IS NULL
         OR coalesce(a.routing_status, 'OFF_QUEUE') = ANY(%(statuses)s))
    AND (%(presences)s::text[] IS NULL OR coalesce(a.presence, 'Offline') = ANY(%(presences)s))
    AND (%(skills)s::text[] IS NULL OR NOT EXISTS (
          SELECT FROM (SELECT unnest(%(skills)s::text[]) AS name) x
          WHERE NOT EXISTS (
            SELECT FROM user_skill k
            JOIN skill s ON s.organization_id = k.organization_id AND s.id = k.skill_id
            WHERE k.organization_id = m.organization_id AND k.user_id = m.user_id
              AND s.state = 'active' AND lower(s.name) = lower(x.name))))
"""


class MemberRow(msgspec.Struct, frozen=True):
    """One member of a queue, with where they stand now."""

    user_id: UUID
    name: str
    ring: int
    joined: bool
    routing_status: str
    routing_at: datetime | None
    presence: str


class MembershipRow(msgspec.Struct, frozen=True):
    """A queue of which somebody is a member."""

    queue_id: UUID
    joined: bool


class MemberKey(msgspec.Struct, frozen=True):
    """Which member."""

    user_id: UUID


class MemberFilter(msgspec.Struct, frozen=True):
    """Which members: of a queue, taking part, with a name like this, with one of these routing
    statuses and presences, and with all of these skills or languages; None leaves one out."""

    queue_id: UUID
    joined: bool | None = None
    name_like: str | None = None
    statuses: list[str] | None = None
    presences: list[str] | None = None
    skills: list[str] | None = None


def select_members(
    organization_id: UUID, chosen: MemberFilter, *, limit: int, offset: int
) -> Query[MemberRow]:
    """A page of a queue's members by name. They are few, so a page number is enough."""
    return Query(
        f"""
        SELECT m.user_id, u.name, m.ring, m.joined,
               coalesce(a.routing_status, 'OFF_QUEUE') AS routing_status, a.routing_at,
               coalesce(a.presence, 'Offline') AS presence
        FROM {JOINED} WHERE {CONDITIONS}
        ORDER BY lower(u.name), m.user_id
        LIMIT %(limit)s OFFSET %(offset)s
        """,
        params_of(organization_id, chosen, limit=limit, offset=offset),
        MemberRow,
    )


def count_members(organization_id: UUID, chosen: MemberFilter) -> Query[Count]:
    """How many members the same conditions give."""
    return Query(
        f"SELECT count(*) AS count FROM {JOINED} WHERE {CONDITIONS}",
        params_of(organization_id, chosen),
        Count,
    )


def add_members(organization_id: UUID, queue_id: UUID, user_ids: list[UUID]) -> Query[Nothing]:
    """Make people members, taking part; who is one already stays as they are."""
    return Query(
        """
        INSERT INTO queue_member (organization_id, queue_id, user_id)
        SELECT %(organization_id)s, %(queue_id)s, x.user_id
        FROM (SELECT unnest(%(user_ids)s::uuid[]) AS user_id) x
        ON CONFLICT DO NOTHING
        """,
        {"organization_id": organization_id, "queue_id": queue_id, "user_ids": user_ids},
        Nothing,
    )


def remove_members(organization_id: UUID, queue_id: UUID, user_ids: list[UUID]) -> Query[Nothing]:
    """Let people be members no longer; what they hold stays with them."""
    return Query(
        """
        DELETE FROM queue_member
        WHERE organization_id = %(organization_id)s AND queue_id = %(queue_id)s
          AND user_id = ANY(%(user_ids)s)
        """,
        {"organization_id": organization_id, "queue_id": queue_id, "user_ids": user_ids},
        Nothing,
    )


def update_members(
    organization_id: UUID,
    queue_id: UUID,
    user_ids: list[UUID],
    *,
    rings: list[int | None],
    joined: list[bool | None],
) -> Query[MemberKey]:
    """Set ring and taking part of members, each by its place in the lists; None keeps what is."""
    return Query(
        """
        UPDATE queue_member m
        SET ring = coalesce(x.ring, m.ring), joined = coalesce(x.joined, m.joined)
        FROM (SELECT unnest(%(user_ids)s::uuid[]) AS user_id, unnest(%(rings)s::int[]) AS ring,
                     unnest(%(joined)s::boolean[]) AS joined) x
        WHERE m.organization_id = %(organization_id)s AND m.queue_id = %(queue_id)s
          AND m.user_id = x.user_id
        RETURNING m.user_id
        """,
        {
            "organization_id": organization_id,
            "queue_id": queue_id,
            "user_ids": user_ids,
            "rings": rings,
            "joined": joined,
        },
        MemberKey,
    )


def join_queues(
    organization_id: UUID, user_id: UUID, queue_ids: list[UUID], *, joined: list[bool]
) -> Query[MembershipRow]:
    """Let one member take part in queues or not, each by its place; gives those that were found."""
    return Query(
        """
        UPDATE queue_member m SET joined = x.joined
        FROM (SELECT unnest(%(queue_ids)s::uuid[]) AS queue_id,
                     unnest(%(joined)s::boolean[]) AS joined) x
        WHERE m.organization_id = %(organization_id)s AND m.user_id = %(user_id)s
          AND m.queue_id = x.queue_id
        RETURNING m.queue_id, m.joined
        """,
        {
            "organization_id": organization_id,
            "user_id": user_id,
            "queue_ids": queue_ids,
            "joined": joined,
        },
        MembershipRow,
    )


def select_memberships(
    organization_id: UUID, user_id: UUID, *, joined: bool | None
) -> Query[MembershipRow]:
    """The queues of one person; joined: only those in which they take part, or do not."""
    return Query(
        """
        SELECT m.queue_id, m.joined FROM queue_member m
        WHERE m.organization_id = %(organization_id)s AND m.user_id = %(user_id)s
          AND (%(joined)s::boolean IS NULL OR m.joined = %(joined)s)
        LIMIT 10000
        """,
        {"organization_id": organization_id, "user_id": user_id, "joined": joined},
        MembershipRow,
    )
