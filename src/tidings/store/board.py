"""What a supervisor sees at a glance: queues, who waits in them, and agents with what they hold."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from tidings.store.last_words import LAST_WORDS
from tidings.store.query import Query


class WaitingItem(msgspec.Struct, frozen=True, kw_only=True):
    """One conversation in a queue, with its customer, what a person said last, and why it waits."""

    conversation_id: UUID
    division_id: UUID
    queue_id: UUID
    queue_name: str
    customer_id: UUID
    customer_name: str
    address: str
    entered_at: datetime
    priority: int
    skills: list[dict[str, str]]
    language_id: UUID | None
    language_name: str | None
    preferred_id: UUID | None
    preferred_name: str | None
    offered_to: UUID | None
    offered_name: str | None
    declines: int
    hops: int
    why: list[dict[str, Any]] | None
    distribution: str
    last_text: str | None
    last_direction: str | None
    last_at: datetime
    window_at: datetime | None


WAITING = f"""
    WITH found AS MATERIALIZED (
      SELECT w.*, c.division_id, c.customer_id, c.address, c.last_message_id,
             c.last_message_at, c.integration_id
      FROM (SELECT unnest(%(queue_ids)s::uuid[]) AS id) q
      CROSS JOIN LATERAL (
        SELECT * FROM waiting
        WHERE organization_id = %(organization_id)s AND queue_id = q.id
          AND (entered_at, conversation_id) > (%(at)s, %(id)s)
        ORDER BY entered_at, conversation_id LIMIT %(looked)s) w
      JOIN conversation c
        ON c.organization_id = %(organization_id)s AND c.id = w.conversation_id
      WHERE %(divisions)s::uuid[] IS NULL OR c.division_id = ANY(%(divisions)s)
      ORDER BY w.entered_at, w.conversation_id LIMIT %(limit)s
    )
    SELECT f.conversation_id, f.division_id, f.queue_id, q.name AS queue_name, f.customer_id,
           coalesce(u.name, '') AS customer_name, f.address, f.entered_at, f.priority,
           (SELECT coalesce(jsonb_agg(jsonb_build_object('id', s.id, 'name', s.name)
                                      ORDER BY s.name), '[]')
            FROM skill s WHERE s.organization_id = %(organization_id)s
              AND s.id = ANY(f.skill_ids)) AS skills,
           f.language_id, l.name AS language_name, f.preferred_id, p.name AS preferred_name,
           f.offered_to, o.name AS offered_name,
           (SELECT coalesce(sum(value::integer), 0)::integer
            FROM jsonb_each_text(f.declined)) AS declines,
           f.hops, f.why, f.distribution,
           CASE WHEN s.created_at IS NULL THEN m.body ELSE s.body END AS last_text,
           coalesce(s.direction, m.direction) AS last_direction,
           f.last_message_at AS last_at, v.last_inbound_at AS window_at
    FROM found f
    JOIN queue q ON q.organization_id = %(organization_id)s AND q.id = f.queue_id
    LEFT JOIN customer u ON u.organization_id = %(organization_id)s AND u.id = f.customer_id
    LEFT JOIN skill l ON l.organization_id = %(organization_id)s AND l.id = f.language_id
    LEFT JOIN user_account p
      ON p.organization_id = %(organization_id)s AND p.id = f.preferred_id
    LEFT JOIN user_account o
      ON o.organization_id = %(organization_id)s AND o.id = f.offered_to
    LEFT JOIN message m ON m.organization_id = %(organization_id)s AND m.id = f.last_message_id
    {LAST_WORDS.format(conversation_id="f.conversation_id")}
    LEFT JOIN service_window v ON v.organization_id = %(organization_id)s
      AND v.integration_id = f.integration_id AND v.customer_id = f.customer_id
    ORDER BY f.entered_at, f.conversation_id
"""


def select_waiting_items(
    organization_id: UUID,
    queue_ids: list[UUID],
    *,
    divisions: list[UUID] | None,
    after: tuple[datetime, UUID],
    limit: int,
) -> Query[WaitingItem]:
    """Who waits in these queues, the longest first, after a time and a conversation.

    Only what lies in the divisions (None: all). Each queue is walked along its own index.
    """
    return Query(
        WAITING,
        {
            "organization_id": organization_id,
            "queue_ids": queue_ids,
            "divisions": divisions,
            "at": after[0],
            "id": after[1],
            "looked": limit if divisions is None else 2_000,
            "limit": limit,
        },
        WaitingItem,
    )


class AgentItem(msgspec.Struct, frozen=True, kw_only=True):
    """One agent: where they stand, and what they hold, a row each."""

    user_id: UUID
    name: str
    division_id: UUID
    presence: str
    presence_message: str
    presence_at: datetime
    routing_status: str
    routing_at: datetime
    load: int
    capacity: int
    held: list[dict[str, Any]]
    total: int


AGENTS = """
    SELECT u.id AS user_id, u.name, u.division_id, g.presence, g.presence_message,
           g.presence_at, g.routing_status, g.routing_at, g.load,
           coalesce(g.capacity, s.default_capacity, %(capacity)s) AS capacity,
           h.held, (count(*) OVER ())::integer AS total
    FROM agent g
    JOIN user_account u ON u.organization_id = g.organization_id AND u.id = g.user_id
    LEFT JOIN routing_settings s ON s.organization_id = g.organization_id
    LEFT JOIN LATERAL (
      SELECT coalesce(jsonb_agg(jsonb_build_object(
               'conversation_id', p.conversation_id, 'participant_id', p.id, 'mode', p.mode,
               'state', p.state, 'acw', p.acw_state = 'pending', 'queue_id', p.queue_id,
               'since', coalesce(p.ended_at, p.connected_at, p.alerting_at, p.started_at))
             ORDER BY p.id), '[]') AS held
      FROM (
        SELECT * FROM participant
        WHERE organization_id = g.organization_id AND user_id = g.user_id
          AND purpose = 'agent' AND (state <> 'disconnected' OR acw_state = 'pending')
        LIMIT 200) p) h ON true
    WHERE g.organization_id = %(organization_id)s AND u.state = 'active'
      AND (%(divisions)s::uuid[] IS NULL OR u.division_id = ANY(%(divisions)s))
      AND (%(queue_id)s::uuid IS NULL OR EXISTS (
            SELECT FROM queue_member m
            WHERE m.organization_id = g.organization_id AND m.queue_id = %(queue_id)s
              AND m.user_id = g.user_id AND m.joined))
    ORDER BY lower(u.name), u.id LIMIT %(limit)s OFFSET %(offset)s
"""


def select_agent_items(
    organization_id: UUID,
    *,
    divisions: list[UUID] | None,
    queue_id: UUID | None,
    default_capacity: int,
    limit: int,
    offset: int,
) -> Query[AgentItem]:
    """The active people of these divisions who work on the desk, by name, with what they hold.

    Of a queue, if one is named, only the members who take part. `total`: how many there are.
    """
    return Query(
        AGENTS,
        {
            "organization_id": organization_id,
            "divisions": divisions,
            "queue_id": queue_id,
            "capacity": default_capacity,
            "limit": limit,
            "offset": offset,
        },
        AgentItem,
    )


class QueueFigures(msgspec.Struct, frozen=True, kw_only=True):
    """What goes on in one queue now. Times are since when; None: nobody.

    `statuses` and `presences` count its members who take part, by where they stand.
    """

    queue_id: UUID
    waiting: int
    alerting: int
    longest_waiting_at: datetime | None
    interacting: int
    longest_interacting_at: datetime | None
    members: int
    joined: int
    statuses: dict[str, int]
    presences: dict[str, int]


FIGURES = """
    WITH asked AS MATERIALIZED (
      SELECT DISTINCT unnest(%(queue_ids)s::uuid[]) AS id
    ), held AS MATERIALIZED (
      SELECT p.queue_id, count(*)::integer AS count, min(p.connected_at) AS longest_at
      FROM participant p
      WHERE p.organization_id = %(organization_id)s AND p.purpose = 'agent'
        AND (p.state <> 'disconnected' OR p.acw_state = 'pending')
        AND p.state = 'connected' AND p.mode = 'primary'
        AND p.queue_id IN (SELECT id FROM asked)
      GROUP BY p.queue_id
    ), standing AS MATERIALIZED (
      SELECT m.queue_id, m.joined, coalesce(g.routing_status, 'OFF_QUEUE') AS status,
             coalesce(g.presence_id::text, '') AS presence
      FROM queue_member m
      JOIN user_account u ON u.organization_id = m.organization_id AND u.id = m.user_id
        AND u.state = 'active'
      LEFT JOIN agent g ON g.organization_id = m.organization_id AND g.user_id = m.user_id
      WHERE m.organization_id = %(organization_id)s
        AND m.queue_id IN (SELECT id FROM asked)
    )
    SELECT a.id AS queue_id, w.waiting, w.alerting, w.longest_at AS longest_waiting_at,
           coalesce(h.count, 0) AS interacting, h.longest_at AS longest_interacting_at,
           s.members, s.joined, t.statuses, e.presences
    FROM asked a
    CROSS JOIN LATERAL (
      SELECT (count(*) FILTER (WHERE offered_to IS NULL))::integer AS waiting,
             (count(*) FILTER (WHERE offered_to IS NOT NULL))::integer AS alerting,
             min(entered_at) FILTER (WHERE offered_to IS NULL) AS longest_at
      FROM waiting
      WHERE organization_id = %(organization_id)s AND queue_id = a.id) w
    LEFT JOIN held h ON h.queue_id = a.id
    CROSS JOIN LATERAL (
      SELECT count(*)::integer AS members,
             (count(*) FILTER (WHERE joined))::integer AS joined
      FROM standing WHERE queue_id = a.id) s
    CROSS JOIN LATERAL (
      SELECT coalesce(jsonb_object_agg(status, count), '{}') AS statuses
      FROM (SELECT status, count(*) FROM standing WHERE queue_id = a.id AND joined
            GROUP BY status) x) t
    CROSS JOIN LATERAL (
      SELECT coalesce(jsonb_object_agg(presence, count), '{}') AS presences
      FROM (SELECT presence, count(*) FROM standing WHERE queue_id = a.id AND joined
              AND presence <> '' GROUP BY presence) x) e
"""


def select_queue_figures(organization_id: UUID, queue_ids: list[UUID]) -> Query[QueueFigures]:
    """What goes on in these queues now.

    What agents hold is found through the agents' own index, which holds nothing that is over.
    """
    return Query(
        FIGURES,
        {"organization_id": organization_id, "queue_ids": queue_ids},
        QueueFigures,
    )


class ServiceFigures(msgspec.Struct, frozen=True, kw_only=True):
    """How the stays in one queue ended since a moment; `in_time`: answered within its seconds."""

    queue_id: UUID
    answered: int
    in_time: int
    abandoned: int
    average_seconds: float | None


def select_service(
    organization_id: UUID, queue_ids: list[UUID], *, since_id: UUID
) -> Query[ServiceFigures]:
    """How stays that began since a moment ended, by queue; those that last are left out.

    Answered: an agent connected out of the stay. Abandoned: it ended without, and was not sent on
    to another queue. At most the latest 50,000 stays of a queue are counted.
    """
    return Query(
        """
        SELECT a.id AS queue_id, f.answered, f.in_time, f.abandoned, f.average_seconds
        FROM (SELECT DISTINCT unnest(%(queue_ids)s::uuid[]) AS id) a
        JOIN queue q ON q.organization_id = %(organization_id)s AND q.id = a.id
        CROSS JOIN LATERAL (
          SELECT (count(*) FILTER (WHERE s.answered))::integer AS answered,
                 (count(*) FILTER (WHERE s.answered AND s.seconds <= q.service_level_seconds))
                   ::integer AS in_time,
                 (count(*) FILTER (WHERE NOT s.answered AND s.disconnect_type <> 'transfer'))
                   ::integer AS abandoned,
                 (avg(s.seconds) FILTER (WHERE s.answered))::float8 AS average_seconds
          FROM (
            SELECT p.disconnect_type, extract(epoch FROM p.ended_at - p.started_at) AS seconds,
                   EXISTS (
                     SELECT FROM participant g
                     WHERE g.organization_id = %(organization_id)s
                       AND g.conversation_id = p.conversation_id AND g.purpose = 'agent'
                       AND g.mode = 'primary' AND g.queue_id = p.queue_id
                       AND g.connected_at BETWEEN p.started_at AND p.ended_at) AS answered
            FROM participant p
            WHERE p.organization_id = %(organization_id)s AND p.queue_id = a.id
              AND p.purpose = 'acd' AND p.id >= %(since_id)s AND p.state = 'disconnected'
            ORDER BY p.id DESC LIMIT 50000) s) f
        """,
        {"organization_id": organization_id, "queue_ids": queue_ids, "since_id": since_id},
        ServiceFigures,
    )


class MembershipCount(msgspec.Struct, frozen=True):
    """In how many queues one person is a member, and in how many they take part."""

    user_id: UUID
    members: int
    active: int


def count_memberships(
    organization_id: UUID, user_ids: list[UUID], *, divisions: list[UUID] | None
) -> Query[MembershipCount]:
    """Count the queues of these active people, of the divisions that may be seen (None: any)."""
    return Query(
        """
        SELECT u.id AS user_id, count(m.queue_id)::integer AS members,
               (count(*) FILTER (WHERE m.joined))::integer AS active
        FROM user_account u
        LEFT JOIN queue_member m
          ON m.organization_id = u.organization_id AND m.user_id = u.id
        WHERE u.organization_id = %(organization_id)s AND u.id = ANY(%(user_ids)s)
          AND u.state = 'active'
          AND (%(divisions)s::uuid[] IS NULL OR u.division_id = ANY(%(divisions)s))
        GROUP BY u.id ORDER BY u.id
        """,
        {"organization_id": organization_id, "user_ids": user_ids, "divisions": divisions},
        MembershipCount,
    )
