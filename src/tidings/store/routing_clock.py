"""What the clock of conversations finds due, over all organizations, in small portions.

These reads lock nothing. What is not decided by the step itself is read again under the
conversations' locks (`lock_conversations`), so that two clocks never do a thing twice.
"""

from collections.abc import Sequence
from uuid import UUID

import msgspec

from tidings.store.query import Query


class DueParticipant(msgspec.Struct, frozen=True):
    """A participant whose wrap-up or parking is over; `state`: what its wrap-up becomes."""

    organization_id: UUID
    conversation_id: UUID
    participant_id: UUID
    state: str


class Overdue(msgspec.Struct, frozen=True):
    """A conversation that waited too long: to another queue, or to its end without one."""

    organization_id: UUID
    conversation_id: UUID
    to_queue_id: UUID | None
    waited_minutes: int


class Abandoned(msgspec.Struct, frozen=True):
    """A conversation whose agent is away while the customer waits for an answer, since so many
    minutes, begun ones counted whole."""

    organization_id: UUID
    conversation_id: UUID
    participant_id: UUID
    waited_minutes: int


class Aged(msgspec.Struct, frozen=True):
    """A conversation that is not over; `is_due`: nothing was said in it for too long."""

    organization_id: UUID
    conversation_id: UUID
    is_due: bool


class ConversationKey(msgspec.Struct, frozen=True):
    """Which conversation."""

    id: UUID


class StateRow(msgspec.Struct, frozen=True):
    """Where a conversation stands."""

    conversation_id: UUID
    state: str


IS_DUE = """
    coalesce(s.hours > 0 AND s.quiet_since < now() - make_interval(hours => s.hours), false)
"""
# The longest silence depends on where the conversation stands; a parked one counts from parking.
SILENCE = """
    LEFT JOIN workstream t ON t.organization_id = c.organization_id AND t.id = c.workstream_id
    LEFT JOIN participant p ON p.organization_id = c.organization_id
      AND p.conversation_id = c.id AND p.purpose = 'agent' AND p.mode = 'primary'
      AND p.state <> 'disconnected'
    CROSS JOIN LATERAL (
      SELECT CASE WHEN p.state = 'parked' THEN t.close_parked_hours
                  WHEN p.id IS NOT NULL THEN t.close_connected_hours
                  ELSE t.close_open_hours END AS hours,
             CASE WHEN p.state = 'parked' THEN greatest(p.parked_at, c.last_message_at)
                  ELSE c.last_message_at END AS quiet_since) s
"""


def select_due_wrapups(limit: int) -> Query[DueParticipant]:
    """Wrap-ups whose time is over, the oldest first: complete with a code, else skipped.

    Those without a time end when their agent is offline and the customer wrote again: nobody
    else is asked before.
    """
    return Query(
        """
        SELECT d.organization_id, d.conversation_id, d.id AS participant_id,
               CASE WHEN d.wrapup_code_id IS NULL THEN 'skipped' ELSE 'complete' END AS state
        FROM (
          (SELECT p.organization_id, p.conversation_id, p.id, p.wrapup_code_id
           FROM participant p
           WHERE p.acw_state = 'pending' AND p.acw_until <= now()
           ORDER BY p.acw_until LIMIT %(limit)s)
          UNION ALL
          (SELECT p.organization_id, p.conversation_id, p.id, p.wrapup_code_id
           FROM participant p
           JOIN agent g ON g.organization_id = p.organization_id AND g.user_id = p.user_id
           JOIN conversation c ON c.organization_id = p.organization_id
            AND c.id = p.conversation_id
           WHERE p.acw_state = 'pending' AND p.acw_until IS NULL AND g.presence = 'Offline'
             AND c.state = 'open'
           LIMIT %(limit)s)) d
        """,
        {"limit": limit},
        DueParticipant,
    )


def select_due_parked(limit: int) -> Query[DueParticipant]:
    """Parked conversations that are to come back now, the oldest first."""
    return Query(
        """
        SELECT p.organization_id, p.conversation_id, p.id AS participant_id, p.state
        FROM participant p
        WHERE p.state = 'parked' AND p.resume_at <= now()
        ORDER BY p.resume_at LIMIT %(limit)s
        """,
        {"limit": limit},
        DueParticipant,
    )


def select_overdue(
    *, most_hops: int, limit: int, conversation_ids: Sequence[UUID] | None = None
) -> Query[Overdue]:
    """Conversations that wait longer than their queue allows, offered to nobody, oldest first.

    Who was sent on `most_hops` times is left where it is. With ids only these are looked at,
    for looking again under their locks.
    """
    return Query(
        """
        SELECT w.organization_id, w.conversation_id,
               CASE WHEN q.overflow ->> 'action' = 'transfer'
                    THEN (q.overflow ->> 'queue_id')::uuid END AS to_queue_id,
               (extract(epoch FROM now() - w.entered_at) / 60)::integer AS waited_minutes
        FROM queue q
        JOIN waiting w ON w.organization_id = q.organization_id AND w.queue_id = q.id
        WHERE q.overflow IS NOT NULL AND w.offered_to IS NULL
          AND w.entered_at <= now()
            - make_interval(secs => (q.overflow ->> 'after_seconds')::float8)
          AND (w.hops < %(most_hops)s OR q.overflow ->> 'action' <> 'transfer')
          AND (%(conversation_ids)s::uuid[] IS NULL
               OR w.conversation_id = ANY(%(conversation_ids)s::uuid[]))
        ORDER BY w.entered_at LIMIT %(limit)s
        """,
        {
            "most_hops": most_hops,
            "limit": limit,
            "conversation_ids": None if conversation_ids is None else list(conversation_ids),
        },
        Overdue,
    )


def select_abandoned(
    *, limit: int, conversation_ids: Sequence[UUID] | None = None
) -> Query[Abandoned]:
    """Connected conversations whose agent is away for longer than their workstream allows, while
    the customer waits for an answer.

    Away is who is offline, works here no more, or was seen by no web process for so long; that
    counts only while some process tells who is, and one or another has all that time, two minutes
    at least. The customer waits since the conversation came into a queue, if nobody answered since;
    else since the first message that is unanswered. Only agents who hold something are looked at,
    and nobody unless some workstream asks for it. With ids only these conversations are looked
    at, for looking again under their locks.
    """
    return Query(
        """
        SELECT p.organization_id, p.conversation_id, p.id AS participant_id,
               ceil(extract(epoch FROM now() - s.since) / 60)::integer AS waited_minutes
        FROM agent g
        JOIN user_account u ON u.organization_id = g.organization_id AND u.id = g.user_id
        JOIN participant p ON p.organization_id = g.organization_id AND p.user_id = g.user_id
          AND p.purpose = 'agent' AND p.mode = 'primary' AND p.state = 'connected'
        JOIN conversation c ON c.organization_id = p.organization_id AND c.id = p.conversation_id
        JOIN workstream w ON w.organization_id = c.organization_id AND w.id = c.workstream_id
        CROSS JOIN LATERAL (
          SELECT now() - make_interval(mins => w.agent_away_minutes) AS latest) t
        LEFT JOIN LATERAL (
          SELECT m.id, m.created_at AS at FROM message m
          WHERE m.organization_id = c.organization_id AND m.conversation_id = c.id
            AND m.direction = 'outbound' AND m.sender_kind <> 'workstream'
          ORDER BY m.id DESC LIMIT 1) a ON true
        LEFT JOIN LATERAL (
          SELECT m.created_at AS at FROM message m
          WHERE m.organization_id = c.organization_id AND m.conversation_id = c.id
            AND m.direction = 'inbound'
            AND m.id > coalesce(a.id, '00000000-0000-0000-0000-000000000000')
          ORDER BY m.id LIMIT 1) q ON true
        CROSS JOIN LATERAL (
          SELECT CASE WHEN coalesce(a.at, '-infinity') < c.waits_since THEN c.waits_since
                 ELSE q.at END AS since) s
        WHERE s.since IS NOT NULL AND g.load > 0 AND w.agent_away_minutes > 0
          AND EXISTS (SELECT FROM workstream WHERE agent_away_minutes > 0)
          AND (u.state <> 'active' OR g.presence = 'Offline' AND g.presence_at <= t.latest
               OR g.seen_at <= t.latest AND EXISTS (
                 SELECT FROM attendance d WHERE d.told_at > now() - interval '1 minute'
                   AND d.since <= least(t.latest, now() - interval '2 minutes')))
          AND (%(conversation_ids)s::uuid[] IS NULL
               OR c.id = ANY(%(conversation_ids)s::uuid[]))
        LIMIT %(limit)s
        """,
        {
            "limit": limit,
            "conversation_ids": None if conversation_ids is None else list(conversation_ids),
        },
        Abandoned,
    )


def select_aged(*, after_organization_id: UUID, after_id: UUID, limit: int) -> Query[Aged]:
    """The next conversations that are not over, by organization and id, with whether to end them.

    A walk along the index of what is not over; each step looks at `limit` of them.
    """
    return Query(
        f"""
        SELECT c.organization_id, c.id AS conversation_id, {IS_DUE} AS is_due
        FROM (
          SELECT c.* FROM conversation c
          WHERE c.state <> 'disconnected'
            AND (c.organization_id, c.id) > (%(after_organization_id)s, %(after_id)s)
          ORDER BY c.organization_id, c.id LIMIT %(limit)s) c
        {SILENCE}
        ORDER BY c.organization_id, c.id
        """,
        {
            "after_organization_id": after_organization_id,
            "after_id": after_id,
            "limit": limit,
        },
        Aged,
    )


def select_silent(
    organization_id: UUID, conversation_ids: Sequence[UUID]
) -> Query[ConversationKey]:
    """Those among these conversations that are to be ended now; looked at under their locks."""
    return Query(
        f"""
        SELECT c.id FROM conversation c {SILENCE}
        WHERE c.organization_id = %(organization_id)s
          AND c.id = ANY(%(conversation_ids)s::uuid[]) AND c.state <> 'disconnected'
          AND {IS_DUE}
        """,
        {"organization_id": organization_id, "conversation_ids": list(conversation_ids)},
        ConversationKey,
    )


def select_states(organization_id: UUID, conversation_ids: Sequence[UUID]) -> Query[StateRow]:
    """Where these conversations stand."""
    return Query(
        """
        SELECT c.id AS conversation_id, c.state FROM conversation c
        WHERE c.organization_id = %(organization_id)s
          AND c.id = ANY(%(conversation_ids)s::uuid[])
        """,
        {"organization_id": organization_id, "conversation_ids": list(conversation_ids)},
        StateRow,
    )


def lock_conversations(
    organization_id: UUID, conversation_ids: Sequence[UUID]
) -> Query[ConversationKey]:
    """Hold conversations until the transaction ends, by id; those that others hold are left out."""
    return Query(
        """
        SELECT c.id FROM conversation c
        WHERE c.organization_id = %(organization_id)s
          AND c.id = ANY(%(conversation_ids)s::uuid[])
        ORDER BY c.id FOR UPDATE SKIP LOCKED
        """,
        {"organization_id": organization_id, "conversation_ids": list(conversation_ids)},
        ConversationKey,
    )
