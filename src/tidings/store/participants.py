"""Participants of conversations: who takes or took part, a row for each stay and each offer.

Locks are taken in one order everywhere: conversations by id, then their waiting rows and
participants, then agents by id. So steps of different conversations never wait in a circle.
A statement that waited for a lock still does not see rows that were inserted meanwhile: what
depends on them holds the conversations by a statement before (`hold_conversations`).
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from tidings.store.query import Nothing, Query


class ParticipantRow(msgspec.Struct, frozen=True, kw_only=True):
    """One participant. `units` is what it takes of its agent's capacity, `held` what it takes now.

    `expires_at` is when an offer ends by itself; `acw_until` when a wrap-up does. `asked_by` is who
    has the conversation and asked for this consult, `asked_note` what for.
    """

    conversation_id: UUID
    id: UUID
    purpose: str
    mode: str
    state: str
    user_id: UUID | None
    queue_id: UUID | None
    units: int
    held: int
    used_routing: str | None
    started_at: datetime
    alerting_at: datetime | None
    expires_at: datetime | None
    connected_at: datetime | None
    parked_at: datetime | None
    resume_at: datetime | None
    ended_at: datetime | None
    disconnect_type: str | None
    acw_state: str | None
    acw_until: datetime | None
    acw_ended_at: datetime | None
    wrapup_code_id: UUID | None
    wrapup_notes: str
    asked_by: UUID | None
    asked_note: str | None


class NewParticipant(msgspec.Struct, frozen=True, kw_only=True):
    """A participant to create, alerting or connected from now on.

    `takes_load`: it takes its units of the agent's capacity; who only listens or is consulted
    takes none.
    """

    conversation_id: UUID
    id: UUID
    purpose: str
    state: str
    mode: str = "primary"
    user_id: UUID | None = None
    queue_id: UUID | None = None
    units: int = 1
    takes_load: bool = False
    used_routing: str | None = None
    expires_at: datetime | None = None
    asked_by: UUID | None = None
    asked_note: str | None = None


class ParticipantKey(msgspec.Struct, frozen=True):
    """Which participant."""

    conversation_id: UUID
    id: UUID


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """What becomes of participants: only of those in one of the states it starts from.

    `keeps_load`: they go on taking (or begin to take) their units of the agent's capacity. `mode`:
    only those who take part in this way.
    """

    origins: tuple[str, ...]
    state: str
    mode: str | None = None
    keeps_load: bool = False
    disconnect_type: str | None = None
    resume_at: datetime | None = None
    acw_state: str | None = None
    acw_until: datetime | None = None


class Moved(ParticipantRow, frozen=True, kw_only=True):
    """A participant after its step, with what it took of its agent's capacity before."""

    held_before: int
    division_id: UUID


class Held(msgspec.Struct, frozen=True):
    """A conversation that is held."""

    conversation_id: UUID


class Derived(msgspec.Struct, frozen=True):
    """Where a conversation stands after its participants moved.

    `released`: who was consulted by somebody who does not have it any more.
    """

    conversation_id: UUID
    division_id: UUID
    state: str
    owner_id: UUID | None
    queue_id: UUID | None
    released: list[UUID]


COLUMNS = ", ".join(f"p.{name}" for name in ParticipantRow.__struct_fields__)
# Participant k is somebody who works now: they are offered a conversation, have it, are consulted,
# listen, or have their wrap-up to do.
WORKING = """(k.purpose = 'agent' AND (k.state <> 'disconnected' OR k.acw_state = 'pending'))"""
# Who works in conversation c now. The right to read it wherever it is; see docs/conversations.md.
WORKS_IN = f"""EXISTS (
  SELECT FROM participant k
  WHERE k.organization_id = %(organization_id)s AND k.user_id = %(user_id)s::uuid
    AND k.conversation_id = c.id AND {WORKING})"""
# The participants named, behind the locks of their conversations; a step adds its own condition.
OLD = """
    WITH given AS MATERIALIZED (
      SELECT unnest(%(conversation_ids)s::uuid[]) AS conversation_id,
             unnest(%(ids)s::uuid[]) AS id
    ), locked AS MATERIALIZED (
      SELECT c.id, c.division_id FROM conversation c
      WHERE c.organization_id = %(organization_id)s
        AND c.id = ANY(%(conversation_ids)s::uuid[])
      ORDER BY c.id FOR UPDATE
    ), old AS MATERIALIZED (
      SELECT p.conversation_id, p.id, p.held, l.division_id
      FROM participant p
      JOIN locked l ON l.id = p.conversation_id
      JOIN given g ON g.conversation_id = p.conversation_id AND g.id = p.id
      WHERE p.organization_id = %(organization_id)s
"""
# Where conversations stand by their participants, and whether they wait in a queue.
STANDING = """
    WITH standing AS MATERIALIZED (
      SELECT x.id, p.user_id, p.state IN ('connected', 'parked') AS connected,
             CASE WHEN p.user_id IS NOT NULL THEN 'connected'
                  WHEN w.conversation_id IS NOT NULL THEN 'open'
                  ELSE %(otherwise)s END AS state
      FROM (SELECT unnest(%(ids)s::uuid[]) AS id) x
      LEFT JOIN LATERAL (
        SELECT p.user_id, p.state FROM participant p
        WHERE p.organization_id = %(organization_id)s AND p.conversation_id = x.id
          AND p.purpose = 'agent' AND p.mode = 'primary' AND p.state <> 'disconnected'
        LIMIT 1) p ON true
      LEFT JOIN LATERAL (
        SELECT w.conversation_id FROM waiting w
        WHERE w.organization_id = %(organization_id)s AND w.conversation_id = x.id
        LIMIT 1) w ON true
"""


def select_participants(
    organization_id: UUID, conversation_ids: Sequence[UUID]
) -> Query[ParticipantRow]:
    """All participants of these conversations, each conversation's by time."""
    return Query(
        f"""
        SELECT {COLUMNS} FROM participant p
        WHERE p.organization_id = %(organization_id)s
          AND p.conversation_id = ANY(%(conversation_ids)s::uuid[])
        ORDER BY p.conversation_id, p.started_at, p.id
        """,
        {"organization_id": organization_id, "conversation_ids": list(conversation_ids)},
        ParticipantRow,
    )


def insert_participants(organization_id: UUID, rows: Sequence[NewParticipant]) -> Query[Nothing]:
    """Create participants. A second owner of a conversation is a UniqueViolation.

    The load of their agents is taken apart (`take_load`), in the same transaction.
    """
    names = {
        "conversation_id": "uuid",
        "id": "uuid",
        "purpose": "text",
        "state": "text",
        "mode": "text",
        "user_id": "uuid",
        "queue_id": "uuid",
        "units": "smallint",
        "used_routing": "text",
        "expires_at": "timestamptz",
        "asked_by": "uuid",
        "asked_note": "text",
    }
    columns = ", ".join(f"unnest(%({name})s::{kind}[]) AS {name}" for name, kind in names.items())
    params: dict[str, Any] = {name: [getattr(row, name) for row in rows] for name in names}
    params["held"] = [row.units if row.takes_load else 0 for row in rows]
    return Query(
        f"""
        INSERT INTO participant (organization_id, {", ".join(names)}, held, started_at,
                                 alerting_at, connected_at)
        SELECT %(organization_id)s, {", ".join(f"x.{name}" for name in names)}, x.held, now(),
               CASE WHEN x.state = 'alerting' THEN now() END,
               CASE WHEN x.state = 'connected' THEN now() END
        FROM (SELECT {columns}, unnest(%(held)s::smallint[]) AS held) x
        """,
        {"organization_id": organization_id, **params},
        Nothing,
    )


def hold_conversations(organization_id: UUID, conversation_ids: Sequence[UUID]) -> Query[Held]:
    """Hold conversations until the transaction ends, by id; the next statement sees them whole."""
    return Query(
        """
        SELECT c.id AS conversation_id FROM conversation c
        WHERE c.organization_id = %(organization_id)s
          AND c.id = ANY(%(conversation_ids)s::uuid[])
        ORDER BY c.id FOR UPDATE
        """,
        {"organization_id": organization_id, "conversation_ids": list(conversation_ids)},
        Held,
    )


def move_participants(
    organization_id: UUID, keys: Sequence[ParticipantKey], step: Step
) -> Query[Moved]:
    """Let participants take a step; only those that are where it starts from come back.

    The conversations are locked first, by id, so two steps of one conversation come one after
    the other, and the second sees the first. `take_load` and `release_load` follow in the same
    transaction with the difference of `held` and `held_before`, and `derive_conversations` after
    them.
    """
    return Query(
        f"""
        {OLD} AND p.state = ANY(%(origins)s::text[])
            AND (%(mode)s::text IS NULL OR p.mode = %(mode)s) FOR UPDATE OF p)
        UPDATE participant p
        SET state = %(state)s,
            held = CASE WHEN %(keeps_load)s THEN p.units ELSE 0 END,
            connected_at = CASE WHEN %(state)s = 'connected' THEN coalesce(p.connected_at, now())
                           ELSE p.connected_at END,
            parked_at = CASE WHEN %(state)s = 'parked' THEN now() ELSE p.parked_at END,
            resume_at = %(resume_at)s::timestamptz,
            expires_at = NULL,
            ended_at = CASE WHEN %(state)s = 'disconnected' THEN now() END,
            disconnect_type = %(disconnect_type)s::text,
            acw_state = coalesce(%(acw_state)s::text, p.acw_state),
            acw_until = coalesce(%(acw_until)s::timestamptz, p.acw_until)
        FROM old
        WHERE p.organization_id = %(organization_id)s
          AND p.conversation_id = old.conversation_id AND p.id = old.id
        RETURNING {COLUMNS}, old.held AS held_before, old.division_id
        """,
        {
            "organization_id": organization_id,
            "conversation_ids": [key.conversation_id for key in keys],
            "ids": [key.id for key in keys],
            **msgspec.structs.asdict(step),
            "origins": list(step.origins),
        },
        Moved,
    )


def finish_wrapups(
    organization_id: UUID,
    keys: Sequence[ParticipantKey],
    *,
    state: str,
    code_id: UUID | None = None,
    notes: str | None = None,
) -> Query[Moved]:
    """End wrap-ups that are pending, as complete or skipped; they take no load any more.

    Only those that were pending come back. Locks as in `move_participants`.
    """
    return Query(
        f"""
        {OLD} AND p.acw_state = 'pending' FOR UPDATE OF p)
        UPDATE participant p
        SET acw_state = %(state)s, acw_ended_at = now(), held = 0,
            wrapup_code_id = coalesce(%(code_id)s::uuid, p.wrapup_code_id),
            wrapup_notes = coalesce(%(notes)s::text, p.wrapup_notes)
        FROM old
        WHERE p.organization_id = %(organization_id)s
          AND p.conversation_id = old.conversation_id AND p.id = old.id
        RETURNING {COLUMNS}, old.held AS held_before, old.division_id
        """,
        {
            "organization_id": organization_id,
            "conversation_ids": [key.conversation_id for key in keys],
            "ids": [key.id for key in keys],
            "state": state,
            "code_id": code_id,
            "notes": notes,
        },
        Moved,
    )


def derive_conversations(
    organization_id: UUID,
    conversation_ids: Sequence[UUID],
    *,
    otherwise: str,
    close_reason: str | None = None,
) -> Query[Derived]:
    """Let conversations follow their participants: state, owner, last agent and end.

    Connected while an agent has it, open while it waits, else as `otherwise` says: `open`, or
    `disconnected` because of `close_reason`. Consults end once the agent who asked does not have
    it any more. The caller's transaction holds the conversations.
    """
    return Query(
        f"""
        {STANDING}
        ), released AS (
          UPDATE participant p
          SET state = 'disconnected', ended_at = now(), expires_at = NULL,
              disconnect_type = 'peer'
          FROM standing s
          WHERE p.organization_id = %(organization_id)s AND p.conversation_id = s.id
            AND p.mode = 'consult' AND p.state <> 'disconnected'
            AND p.asked_by IS DISTINCT FROM s.user_id
          RETURNING p.conversation_id, p.user_id
        )
        UPDATE conversation c
        SET owner_id = s.user_id, state = s.state,
            last_agent_id = CASE WHEN s.connected THEN s.user_id ELSE c.last_agent_id END,
            ended_at = CASE WHEN s.state <> 'disconnected' THEN NULL
                       ELSE coalesce(c.ended_at, now()) END,
            close_reason = CASE WHEN s.state = 'disconnected'
                           THEN coalesce(%(close_reason)s::text, c.close_reason) END
        FROM standing s
        WHERE c.organization_id = %(organization_id)s AND c.id = s.id
        RETURNING c.id AS conversation_id, c.division_id, c.state, c.owner_id, c.queue_id,
                  ARRAY(SELECT r.user_id FROM released r WHERE r.conversation_id = c.id)
                    AS released
        """,
        {
            "organization_id": organization_id,
            "ids": list(conversation_ids),
            "otherwise": otherwise,
            "close_reason": close_reason,
        },
        Derived,
    )
