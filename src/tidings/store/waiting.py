"""Who waits for an agent: a row for each conversation in a queue, until an agent accepts it.

While it is offered, `offered_to` names the agent; it keeps its age and who declined.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from tidings.store.query import Query


class NewWaiting(msgspec.Struct, frozen=True, kw_only=True):
    """A conversation that enters a queue, with the id of its stay's participant."""

    conversation_id: UUID
    participant_id: UUID
    queue_id: UUID
    priority: int
    skill_ids: list[UUID]
    language_id: UUID | None
    preferred_id: UUID | None
    units: int
    allowed_presences: list[str]
    distribution: str
    decline_limit: int
    entered_at: datetime
    hops: int
    declined: dict[str, int]


class WaitingRow(NewWaiting, frozen=True, kw_only=True):
    """A conversation that waits, or that is offered to somebody; why: see waiting_reasons."""

    offered_to: UUID | None
    why: list[dict[str, Any]] | None


class Entered(msgspec.Struct, frozen=True):
    """A conversation that came into a queue."""

    conversation_id: UUID
    participant_id: UUID
    queue_id: UUID
    division_id: UUID


class WaitingKey(msgspec.Struct, frozen=True):
    """Which conversation waits."""

    conversation_id: UUID


# Lists of different lengths do not go into an array of arrays, so the rows travel as JSON.
GIVEN = """
    SELECT * FROM jsonb_to_recordset(%(rows)s::text::jsonb) AS x(
      conversation_id uuid, participant_id uuid, queue_id uuid, priority integer,
      skill_ids uuid[], language_id uuid, preferred_id uuid, units smallint,
      allowed_presences text[], distribution text, decline_limit smallint,
      entered_at timestamptz, hops smallint, declined jsonb)
"""
COLUMNS = ", ".join(f"w.{name}" for name in WaitingRow.__struct_fields__)
NAMES = ", ".join(NewWaiting.__struct_fields__)


def enter_waiting(
    organization_id: UUID, rows: Sequence[NewWaiting], *, returning: Collection[UUID] = ()
) -> Query[Entered]:
    """Put conversations that nobody has into queues, each with its stay as a participant.

    What each asks for, and since when it waits, is kept with the conversation; `returning` are
    those that go on with the priority and the wait they had. One that an agent has, that waits
    already, or whose queue is gone, stays as it is and does not come back. Conversations are
    locked by id; a queue cannot be deleted meanwhile.
    """
    return Query(
        f"""
        WITH given AS MATERIALIZED ({GIVEN}),
        queues AS MATERIALIZED (
          SELECT q.id FROM queue q
          WHERE q.organization_id = %(organization_id)s
            AND q.id IN (SELECT queue_id FROM given)
          ORDER BY q.id FOR KEY SHARE
        ), locked AS MATERIALIZED (
          SELECT c.id, c.division_id FROM conversation c
          WHERE c.organization_id = %(organization_id)s AND c.owner_id IS NULL
            AND c.id = ANY(%(conversation_ids)s::uuid[])
          ORDER BY c.id FOR UPDATE
        ), entered AS (
          INSERT INTO waiting (organization_id, {NAMES})
          SELECT %(organization_id)s, {", ".join(f"g.{name}" for name in NAMES.split(", "))}
          FROM given g
          JOIN locked l ON l.id = g.conversation_id
          JOIN queues q ON q.id = g.queue_id
          ON CONFLICT DO NOTHING
          RETURNING conversation_id, participant_id, queue_id, skill_ids, language_id, priority,
                    entered_at
        ), stays AS (
          INSERT INTO participant (organization_id, conversation_id, id, purpose, state, queue_id,
                                   started_at, connected_at)
          SELECT %(organization_id)s, e.conversation_id, e.participant_id, 'acd', 'connected',
                 e.queue_id, now(), now()
          FROM entered e
        ), moved AS (
          UPDATE conversation c
          SET queue_id = e.queue_id, state = 'open', ended_at = NULL, close_reason = NULL,
              asked_skill_ids = e.skill_ids, asked_language_id = e.language_id,
              asked_priority = CASE WHEN c.id = ANY(%(returning)s::uuid[])
                               THEN c.asked_priority ELSE e.priority END,
              waits_since = CASE WHEN c.id = ANY(%(returning)s::uuid[])
                            THEN c.waits_since ELSE e.entered_at END
          FROM entered e
          WHERE c.organization_id = %(organization_id)s AND c.id = e.conversation_id
        )
        SELECT e.conversation_id, e.participant_id, e.queue_id, l.division_id
        FROM entered e JOIN locked l ON l.id = e.conversation_id
        """,
        {
            "organization_id": organization_id,
            "rows": msgspec.json.encode(rows).decode(),
            "conversation_ids": [row.conversation_id for row in rows],
            "returning": list(returning),
        },
        Entered,
    )


def select_waiting(organization_id: UUID, conversation_ids: Sequence[UUID]) -> Query[WaitingRow]:
    """The conversations among these that are in a queue."""
    return Query(
        f"""
        SELECT {COLUMNS} FROM waiting w
        WHERE w.organization_id = %(organization_id)s
          AND w.conversation_id = ANY(%(conversation_ids)s::uuid[])
        ORDER BY w.conversation_id
        """,
        {"organization_id": organization_id, "conversation_ids": list(conversation_ids)},
        WaitingRow,
    )


def leave_waiting(
    organization_id: UUID, conversation_ids: Sequence[UUID], *, disconnect_type: str
) -> Query[WaitingRow]:
    """Take conversations out of their queues and end their stays; gives what they waited with.

    The caller's transaction holds the conversations, since a statement before this one.
    """
    return Query(
        f"""
        WITH gone AS (
          DELETE FROM waiting w
          WHERE w.organization_id = %(organization_id)s
            AND w.conversation_id = ANY(%(conversation_ids)s::uuid[])
          RETURNING {COLUMNS}
        ), ended AS (
          UPDATE participant p
          SET state = 'disconnected', ended_at = now(), disconnect_type = %(disconnect_type)s
          FROM gone w
          WHERE p.organization_id = %(organization_id)s
            AND p.conversation_id = w.conversation_id AND p.id = w.participant_id
        )
        SELECT {COLUMNS} FROM gone w ORDER BY w.conversation_id
        """,
        _ids(organization_id, conversation_ids) | {"disconnect_type": disconnect_type},
        WaitingRow,
    )


def return_waiting(
    organization_id: UUID, conversation_ids: Sequence[UUID], user_ids: Sequence[UUID]
) -> Query[WaitingKey]:
    """Give conversations back that were offered to these agents, each remembered as declined.

    They keep their age. The caller's transaction holds the conversations.
    """
    return Query(
        """
        UPDATE waiting w
        SET offered_to = NULL,
            declined = w.declined || jsonb_build_object(
              x.user_id::text, coalesce((w.declined ->> x.user_id::text)::integer, 0) + 1)
        FROM (SELECT unnest(%(conversation_ids)s::uuid[]) AS conversation_id,
                     unnest(%(user_ids)s::uuid[]) AS user_id) x
        WHERE w.organization_id = %(organization_id)s AND w.conversation_id = x.conversation_id
          AND w.offered_to = x.user_id
        RETURNING w.conversation_id
        """,
        _ids(organization_id, conversation_ids) | {"user_ids": list(user_ids)},
        WaitingKey,
    )


class Asking(msgspec.Struct, frozen=True, kw_only=True):
    """What a conversation is to ask for from now on; None leaves it, no languages: any."""

    priority: int | None = None
    skill_ids: Sequence[UUID] | None = None
    language_ids: Sequence[UUID] | None = None


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What a conversation that waits asks for; skills are objects of id and name, by name."""

    priority: int
    skills: list[dict[str, str]]
    language_id: UUID | None
    language_name: str | None


def update_waiting(organization_id: UUID, conversation_id: UUID, asking: Asking) -> Query[Asked]:
    """Change what a conversation that waits asks for. No row when it does not wait.

    Why it waited is forgotten: the router's next round says it anew. The caller's transaction
    holds the conversation.
    """
    return Query(
        """
        WITH changed AS (
          UPDATE waiting
          SET priority = coalesce(%(priority)s::integer, priority),
              skill_ids = coalesce(%(skill_ids)s::uuid[], skill_ids),
              language_id = CASE WHEN %(language_ids)s::uuid[] IS NULL THEN language_id
                            ELSE (%(language_ids)s::uuid[])[1] END,
              why = NULL
          WHERE organization_id = %(organization_id)s AND conversation_id = %(conversation_id)s
          RETURNING priority, skill_ids, language_id
        ), kept AS (
          UPDATE conversation v
          SET asked_skill_ids = c.skill_ids, asked_language_id = c.language_id,
              asked_priority = coalesce(%(priority)s::integer, v.asked_priority)
          FROM changed c
          WHERE v.organization_id = %(organization_id)s AND v.id = %(conversation_id)s
        )
        SELECT c.priority, c.language_id, l.name AS language_name,
               (SELECT coalesce(jsonb_agg(jsonb_build_object('id', s.id, 'name', s.name)
                                          ORDER BY lower(s.name), s.id), '[]')
                FROM skill s WHERE s.organization_id = %(organization_id)s
                  AND s.id = ANY(c.skill_ids)) AS skills
        FROM changed c
        LEFT JOIN skill l ON l.organization_id = %(organization_id)s AND l.id = c.language_id
        """,
        {
            "organization_id": organization_id,
            "conversation_id": conversation_id,
            "priority": asking.priority,
            "skill_ids": None if asking.skill_ids is None else sorted(set(asking.skill_ids)),
            "language_ids": None if asking.language_ids is None else list(asking.language_ids),
        },
        Asked,
    )


def _ids(organization_id: UUID, conversation_ids: Sequence[UUID]) -> dict[str, Any]:
    return {"organization_id": organization_id, "conversation_ids": list(conversation_ids)}
