"""What the router of an organization sees: who waits, the queues, agents on queue; and its why."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec

from tidings.store.query import Nothing, Query


class WaitingGroup(msgspec.Struct, frozen=True, kw_only=True):
    """Conversations that wait and ask for the same; the oldest of them first, with their times.

    `entered` is in seconds of the epoch. There may be more than are named.
    """

    queue_id: UUID
    priority: int
    skill_ids: list[UUID]
    language_id: UUID | None
    units: int
    allowed_presences: list[str]
    preferred_id: UUID | None
    declined: dict[str, int]
    decline_limit: int
    conversation_ids: list[UUID]
    entered: list[float]


class WaitingOrganization(msgspec.Struct, frozen=True):
    """An organization in which something waits."""

    organization_id: UUID


class QueueRules(msgspec.Struct, frozen=True, kw_only=True):
    """How a queue gives out what waits in it."""

    id: UUID
    scoring_method: str
    skill_evaluation: str
    assignment_method: str
    last_agent_mode: str
    rings: list[dict[str, Any]]


class AgentView(msgspec.Struct, frozen=True, kw_only=True):
    """An agent on queue, with their memberships and skills, each list by place."""

    user_id: UUID
    presence: str
    load: int
    capacity: int
    idle_since: float
    last_assigned: float
    queue_ids: list[UUID]
    rings: list[int]
    assigned: list[float]
    skill_ids: list[UUID]
    proficiencies: list[float]


class Absent(msgspec.Struct, frozen=True):
    """Members of a queue who are not on queue, and those who let an offer pass."""

    queue_id: UUID
    off_queue: int
    not_responding: int


class SkillName(msgspec.Struct, frozen=True):
    """What a skill or a language is called, and which of both it is."""

    id: UUID
    kind: str
    name: str


def select_groups(
    organization_id: UUID, *, default_capacity: int, least: int, most_groups: int
) -> Query[WaitingGroup]:
    """What waits to be given out, in groups; of each as many as all agents together have room for.

    At least `least` of each group are named, for saying why they wait. The groups whose oldest
    is most urgent come first.
    """
    return Query(
        """
        WITH room AS MATERIALIZED (
          SELECT greatest(%(least)s, coalesce(sum(greatest(
            coalesce(g.capacity, s.default_capacity, %(default_capacity)s) - g.load, 0)), 0)
          )::integer AS units
          FROM agent g
          LEFT JOIN routing_settings s ON s.organization_id = g.organization_id
          WHERE g.organization_id = %(organization_id)s
            AND g.routing_status IN ('IDLE', 'INTERACTING')
        )
        SELECT w.queue_id, w.priority, w.skill_ids, w.language_id, w.units, w.allowed_presences,
               w.preferred_id, w.declined, w.decline_limit,
               (array_agg(w.conversation_id ORDER BY w.entered_at, w.conversation_id))
                 [1:(SELECT units FROM room)] AS conversation_ids,
               (array_agg(extract(epoch FROM w.entered_at)::float8
                          ORDER BY w.entered_at, w.conversation_id))
                 [1:(SELECT units FROM room)] AS entered
        FROM waiting w
        WHERE w.organization_id = %(organization_id)s AND w.offered_to IS NULL
          AND w.distribution = 'push'
        GROUP BY w.queue_id, w.priority, w.skill_ids, w.language_id, w.units,
                 w.allowed_presences, w.preferred_id, w.declined, w.decline_limit
        ORDER BY min(w.entered_at) - make_interval(mins => w.priority)
        LIMIT %(most_groups)s
        """,
        {
            "organization_id": organization_id,
            "default_capacity": default_capacity,
            "least": least,
            "most_groups": most_groups,
        },
        WaitingGroup,
    )


def select_waiting_organizations() -> Query[WaitingOrganization]:
    """Organizations in which something waits to be given out; `waiting` is a small table."""
    return Query(
        """
        SELECT DISTINCT w.organization_id FROM waiting w
        WHERE w.offered_to IS NULL AND w.distribution = 'push'
        """,
        {},
        WaitingOrganization,
    )


def select_rules(organization_id: UUID, queue_ids: Sequence[UUID]) -> Query[QueueRules]:
    """The rules of these queues."""
    return Query(
        """
        SELECT q.id, q.scoring_method, q.skill_evaluation, q.assignment_method,
               q.last_agent_mode, q.rings
        FROM queue q
        WHERE q.organization_id = %(organization_id)s AND q.id = ANY(%(queue_ids)s::uuid[])
        """,
        {"organization_id": organization_id, "queue_ids": list(queue_ids)},
        QueueRules,
    )


def select_agents_on_queue(
    organization_id: UUID,
    queue_ids: Sequence[UUID],
    *,
    preferred_ids: Sequence[UUID],
    default_capacity: int,
    with_full: bool,
) -> Query[AgentView]:
    """Agents on queue who take part in one of these queues, or are preferred.

    Those without room are left out unless asked for: only explaining needs them. Who may not log
    in any more gets nothing.
    """
    return Query(
        """
        SELECT g.user_id, g.presence, g.load, c.capacity,
               coalesce(extract(epoch FROM g.idle_since), 0)::float8 AS idle_since,
               coalesce(extract(epoch FROM g.last_assigned_at), 0)::float8 AS last_assigned,
               coalesce(m.queue_ids, '{}') AS queue_ids, coalesce(m.rings, '{}') AS rings,
               coalesce(m.assigned, '{}') AS assigned, coalesce(k.skill_ids, '{}') AS skill_ids,
               coalesce(k.proficiencies, '{}') AS proficiencies
        FROM agent g
        LEFT JOIN routing_settings s ON s.organization_id = g.organization_id
        CROSS JOIN LATERAL (
          SELECT coalesce(g.capacity, s.default_capacity, %(default_capacity)s) AS capacity) c
        LEFT JOIN LATERAL (
          SELECT array_agg(m.queue_id) AS queue_ids, array_agg(m.ring::integer) AS rings,
                 array_agg(coalesce(extract(epoch FROM m.last_assigned_at), 0)::float8) AS assigned
          FROM queue_member m
          WHERE m.organization_id = g.organization_id AND m.user_id = g.user_id AND m.joined
            AND m.queue_id = ANY(%(queue_ids)s::uuid[])) m ON true
        LEFT JOIN LATERAL (
          SELECT array_agg(k.skill_id) AS skill_ids,
                 array_agg(k.proficiency::float8) AS proficiencies
          FROM user_skill k
          WHERE k.organization_id = g.organization_id AND k.user_id = g.user_id
            AND k.state = 'active') k ON true
        WHERE g.organization_id = %(organization_id)s
          AND g.routing_status IN ('IDLE', 'INTERACTING')
          AND (%(with_full)s OR g.load < c.capacity)
          AND EXISTS (
            SELECT FROM user_account u
            WHERE u.organization_id = g.organization_id AND u.id = g.user_id
              AND u.state = 'active')
          AND (m.queue_ids IS NOT NULL OR g.user_id = ANY(%(preferred_ids)s::uuid[]))
        """,
        {
            "organization_id": organization_id,
            "queue_ids": list(queue_ids),
            "preferred_ids": list(preferred_ids),
            "default_capacity": default_capacity,
            "with_full": with_full,
        },
        AgentView,
    )


def count_absent(organization_id: UUID, queue_ids: Sequence[UUID]) -> Query[Absent]:
    """How many members of these queues are not asked, and why."""
    return Query(
        """
        SELECT m.queue_id,
               (count(*) FILTER (WHERE coalesce(g.routing_status, 'OFF_QUEUE') = 'OFF_QUEUE'))
                 ::integer AS off_queue,
               (count(*) FILTER (WHERE g.routing_status = 'NOT_RESPONDING'))
                 ::integer AS not_responding
        FROM queue_member m
        LEFT JOIN agent g ON g.organization_id = m.organization_id AND g.user_id = m.user_id
        WHERE m.organization_id = %(organization_id)s AND m.joined
          AND m.queue_id = ANY(%(queue_ids)s::uuid[])
        GROUP BY m.queue_id
        """,
        {"organization_id": organization_id, "queue_ids": list(queue_ids)},
        Absent,
    )


def select_skill_names(organization_id: UUID, skill_ids: Sequence[UUID]) -> Query[SkillName]:
    """What these skills and languages are called."""
    return Query(
        """
        SELECT s.id, s.kind, s.name FROM skill s
        WHERE s.organization_id = %(organization_id)s AND s.id = ANY(%(skill_ids)s::uuid[])
        """,
        {"organization_id": organization_id, "skill_ids": list(skill_ids)},
        SkillName,
    )


def write_why(
    organization_id: UUID, conversation_ids: Sequence[UUID], reasons: Sequence[str]
) -> Query[Nothing]:
    """Say why conversations wait (JSON of reasons each), where it is not what is said already.

    Rows that a step holds now are passed over; the next round tells.
    """
    return Query(
        """
        WITH given AS MATERIALIZED (
          SELECT unnest(%(conversation_ids)s::uuid[]) AS conversation_id,
                 unnest(%(reasons)s::text[])::jsonb AS why
        ), told AS MATERIALIZED (
          SELECT w.conversation_id, g.why
          FROM waiting w JOIN given g ON g.conversation_id = w.conversation_id
          WHERE w.organization_id = %(organization_id)s AND w.offered_to IS NULL
            AND w.why IS DISTINCT FROM g.why
          FOR UPDATE OF w SKIP LOCKED
        )
        UPDATE waiting w SET why = t.why FROM told t
        WHERE w.organization_id = %(organization_id)s AND w.conversation_id = t.conversation_id
        """,
        {
            "organization_id": organization_id,
            "conversation_ids": list(conversation_ids),
            "reasons": list(reasons),
        },
        Nothing,
    )
