"""What deciding about a customer's message needs to know of its conversation."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from tidings.store.participants import ParticipantKey
from tidings.store.query import Query


class Arrived(msgspec.Struct, frozen=True, kw_only=True):
    """A conversation to which a customer wrote, as it stands; held until the transaction ends.

    `parked_id`: its agent's participant, if that is parked. `in_wrapup`: an agent still writes
    down what it came to. `was_written`: the customer wrote in it before.
    """

    conversation_id: UUID
    division_id: UUID
    integration_id: UUID
    state: str
    owner_id: UUID | None
    queue_id: UUID | None
    last_agent_id: UUID | None
    attributes: dict[str, Any]
    address: str
    name: str
    language: str | None
    waits: bool
    in_wrapup: bool
    was_written: bool
    parked_id: UUID | None


class Unserved(msgspec.Struct, frozen=True, kw_only=True):
    """An open conversation that nobody has, with the customer's last words."""

    conversation_id: UUID
    integration_id: UUID
    text: str
    at: datetime


class Away(msgspec.Struct, frozen=True):
    """A participant whose agent is not there."""

    participant_id: UUID


FACTS = """
    c.id AS conversation_id, c.division_id, c.integration_id, c.state, c.owner_id, c.queue_id,
    c.last_agent_id, c.attributes, c.address, f.name, f.language, f.waits, f.in_wrapup,
    f.was_written, f.parked_id
"""
# How conversations stood when a customer wrote: given and locked in the statement before it.
STOOD = """
    SELECT g.conversation_id, g.workstream_id, g.at, coalesce(u.name, '') AS name,
           u.language, o.last_inbound_at IS NOT NULL AS was_written,
           w.conversation_id IS NOT NULL AS waits,
           EXISTS (SELECT FROM participant p
             WHERE p.organization_id = %(organization_id)s
               AND p.conversation_id = g.conversation_id
               AND p.acw_state = 'pending') AS in_wrapup,
           (SELECT p.id FROM participant p
             WHERE p.organization_id = %(organization_id)s
               AND p.conversation_id = g.conversation_id AND p.purpose = 'agent'
               AND p.mode = 'primary' AND p.state = 'parked') AS parked_id
    FROM given g
    JOIN locked o ON o.id = g.conversation_id
    LEFT JOIN LATERAL (
      SELECT u.name, u.language FROM customer u
      WHERE u.organization_id = %(organization_id)s AND u.id = o.customer_id
      LIMIT 1) u ON true
    LEFT JOIN LATERAL (
      SELECT w.conversation_id FROM waiting w
      WHERE w.organization_id = %(organization_id)s
        AND w.conversation_id = g.conversation_id
      LIMIT 1) w ON true
"""


def note_arrivals(
    organization_id: UUID,
    conversation_ids: Sequence[UUID],
    *,
    workstream_ids: Sequence[UUID],
    at: Sequence[datetime],
) -> Query[Arrived]:
    """Write down when customers wrote and by which workstream; gives how things stand.

    The conversations are locked by id; lists go by place.
    """
    return Query(
        f"""
        WITH given AS MATERIALIZED (
          SELECT unnest(%(conversation_ids)s::uuid[]) AS conversation_id,
                 unnest(%(workstream_ids)s::uuid[]) AS workstream_id,
                 unnest(%(at)s::timestamptz[]) AS at
        ), locked AS MATERIALIZED (
          SELECT c.id, c.customer_id, c.last_inbound_at FROM conversation c
          WHERE c.organization_id = %(organization_id)s
            AND c.id = ANY(%(conversation_ids)s::uuid[])
          ORDER BY c.id FOR UPDATE
        )
        UPDATE conversation c
        SET workstream_id = f.workstream_id,
            last_inbound_at = greatest(c.last_inbound_at, f.at)
        FROM ({STOOD}) f
        WHERE c.organization_id = %(organization_id)s AND c.id = f.conversation_id
        RETURNING {FACTS}
        """,
        {
            "organization_id": organization_id,
            "conversation_ids": list(conversation_ids),
            "workstream_ids": list(workstream_ids),
            "at": list(at),
        },
        Arrived,
    )


def select_unserved(organization_id: UUID, conversation_ids: Sequence[UUID]) -> Query[Unserved]:
    """The conversations among these that are open, in no queue, nobody's, and in no wrap-up."""
    return Query(
        """
        SELECT c.id AS conversation_id, c.integration_id, coalesce(m.body, '') AS text,
               coalesce(c.last_inbound_at, c.last_message_at) AS at
        FROM conversation c
        LEFT JOIN LATERAL (
          SELECT m.body FROM message m
          WHERE m.organization_id = c.organization_id AND m.conversation_id = c.id
            AND m.direction = 'inbound'
          ORDER BY m.id DESC LIMIT 1) m ON true
        WHERE c.organization_id = %(organization_id)s
          AND c.id = ANY(%(conversation_ids)s::uuid[])
          AND c.state = 'open' AND c.owner_id IS NULL
          AND NOT EXISTS (SELECT FROM waiting w WHERE w.organization_id = c.organization_id
            AND w.conversation_id = c.id)
          AND NOT EXISTS (SELECT FROM participant p WHERE p.organization_id = c.organization_id
            AND p.conversation_id = c.id AND p.acw_state = 'pending')
        """,
        {"organization_id": organization_id, "conversation_ids": list(conversation_ids)},
        Unserved,
    )


class Demands(msgspec.Struct, frozen=True, kw_only=True):
    """What a conversation asks of an agent when it comes back to its queue."""

    conversation_id: UUID
    priority: int
    skill_ids: list[UUID]
    language_id: UUID | None
    keep_same_agent: bool
    allowed_presences: list[str]
    distribution: str
    decline_limit: int


def select_demands(organization_id: UUID, conversation_ids: Sequence[UUID]) -> Query[Demands]:
    """What these conversations asked for when they came into their queues, as far as it is there
    still, with the settings of their workstreams as they are now."""
    return Query(
        """
        SELECT c.id AS conversation_id, c.asked_priority AS priority, l.id AS language_id,
               ARRAY(SELECT s.id FROM skill s WHERE s.organization_id = c.organization_id
                       AND s.id = ANY(c.asked_skill_ids)) AS skill_ids,
               coalesce(w.keep_same_agent, true) AS keep_same_agent,
               coalesce(w.allowed_presences, ARRAY['OnQueue']) AS allowed_presences,
               coalesce(w.distribution, 'push') AS distribution,
               coalesce(w.decline_limit, 3) AS decline_limit
        FROM conversation c
        LEFT JOIN workstream w ON w.organization_id = c.organization_id AND w.id = c.workstream_id
        LEFT JOIN skill l ON l.organization_id = c.organization_id AND l.id = c.asked_language_id
        WHERE c.organization_id = %(organization_id)s
          AND c.id = ANY(%(conversation_ids)s::uuid[])
        """,
        {"organization_id": organization_id, "conversation_ids": list(conversation_ids)},
        Demands,
    )


def select_away(organization_id: UUID, keys: Sequence[ParticipantKey]) -> Query[Away]:
    """Those among these participants whose agent is offline, or works there no more."""
    return Query(
        """
        SELECT p.id AS participant_id FROM participant p
        JOIN user_account u ON u.organization_id = p.organization_id AND u.id = p.user_id
        LEFT JOIN agent g ON g.organization_id = p.organization_id AND g.user_id = p.user_id
        WHERE p.organization_id = %(organization_id)s
          AND p.conversation_id = ANY(%(conversation_ids)s::uuid[])
          AND p.id = ANY(%(ids)s::uuid[])
          AND (u.state <> 'active' OR coalesce(g.presence, 'Offline') = 'Offline')
        """,
        {
            "organization_id": organization_id,
            "conversation_ids": [key.conversation_id for key in keys],
            "ids": [key.id for key in keys],
        },
        Away,
    )
