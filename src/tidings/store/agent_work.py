"""What the desk reads: who takes part in conversations, with names, and what each person holds."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from tidings.store.participants import COLUMNS, WORKING, ParticipantRow
from tidings.store.query import Query

# So many participants of one conversation are shown: a row for each stay and each offer.
MOST_SHOWN = 200


class PartRow(ParticipantRow, frozen=True, kw_only=True):
    """One participant, with the names of what it refers to; `acw_mode` is its queue's."""

    user_name: str | None
    queue_name: str | None
    acw_mode: str | None
    acw_seconds: int | None
    wrapup_name: str | None
    asked_by_name: str | None


def select_parts(organization_id: UUID, conversation_ids: Sequence[UUID]) -> Query[PartRow]:
    """The latest participants of each of these conversations, in the order of time."""
    return Query(
        f"""
        SELECT {COLUMNS}, u.name AS user_name, q.name AS queue_name, q.acw_mode, q.acw_seconds,
               w.name AS wrapup_name, b.name AS asked_by_name
        FROM (SELECT DISTINCT unnest(%(ids)s::uuid[]) AS id) x
        CROSS JOIN LATERAL (
          SELECT * FROM participant
          WHERE organization_id = %(organization_id)s AND conversation_id = x.id
          ORDER BY id DESC LIMIT %(limit)s) p
        LEFT JOIN user_account u ON u.organization_id = %(organization_id)s AND u.id = p.user_id
        LEFT JOIN user_account b ON b.organization_id = %(organization_id)s AND b.id = p.asked_by
        LEFT JOIN queue q ON q.organization_id = %(organization_id)s AND q.id = p.queue_id
        LEFT JOIN wrapup_code w
          ON w.organization_id = %(organization_id)s AND w.id = p.wrapup_code_id
        ORDER BY p.started_at, p.id
        """,
        {
            "organization_id": organization_id,
            "ids": list(conversation_ids),
            "limit": MOST_SHOWN,
        },
        PartRow,
    )


class StandingRow(msgspec.Struct, frozen=True, kw_only=True):
    """Where one conversation stands: who has it or where it waits, and when the customer wrote.

    `waiting_at` is since when it waits; with it come priority, skills, language, and why.
    """

    id: UUID
    owner_id: UUID | None
    owner_name: str | None
    queue_id: UUID | None
    queue_name: str | None
    workstream_id: UUID | None
    attributes: dict[str, str]
    external_tag: str | None
    window_at: datetime | None
    waiting_at: datetime | None
    priority: int | None
    skill_ids: list[UUID] | None
    language_id: UUID | None
    why: list[dict[str, Any]] | None
    distribution: str | None


def select_standings(organization_id: UUID, conversation_ids: Sequence[UUID]) -> Query[StandingRow]:
    """Where these conversations stand."""
    return Query(
        """
        SELECT c.id, c.owner_id, u.name AS owner_name, c.queue_id, q.name AS queue_name,
               c.workstream_id, c.attributes, c.external_tag, s.last_inbound_at AS window_at,
               w.entered_at AS waiting_at, w.priority, w.skill_ids, w.language_id, w.why,
               w.distribution
        FROM (SELECT DISTINCT unnest(%(ids)s::uuid[]) AS id) x
        CROSS JOIN LATERAL (
          SELECT * FROM conversation
          WHERE organization_id = %(organization_id)s AND id = x.id LIMIT 1) c
        LEFT JOIN user_account u ON u.organization_id = %(organization_id)s AND u.id = c.owner_id
        LEFT JOIN queue q ON q.organization_id = %(organization_id)s AND q.id = c.queue_id
        LEFT JOIN service_window s ON s.organization_id = %(organization_id)s
          AND s.integration_id = c.integration_id AND s.customer_id = c.customer_id
        LEFT JOIN waiting w
          ON w.organization_id = %(organization_id)s AND w.conversation_id = c.id
        """,
        {"organization_id": organization_id, "ids": list(conversation_ids)},
        StandingRow,
    )


class WorkRow(msgspec.Struct, frozen=True):
    """A conversation that a person works at; `rank` says how urgent it is to look at, 0 first."""

    conversation_id: UUID
    user_id: UUID
    rank: int


def select_work(organization_id: UUID, user_ids: Sequence[UUID], *, limit: int) -> Query[WorkRow]:
    """What people are offered, talk in, listen to, wrap up and have parked, in this order.

    Of each kind the latest conversations come first.
    """
    return Query(
        """
        SELECT p.conversation_id, x.id AS user_id, p.rank
        FROM (SELECT DISTINCT unnest(%(user_ids)s::uuid[]) AS id) x
        CROSS JOIN LATERAL (
          SELECT conversation_id,
                 min(CASE WHEN state = 'alerting' THEN 0
                          WHEN state = 'connected' AND mode = 'primary' THEN 1
                          WHEN state = 'connected' THEN 2
                          WHEN state = 'parked' THEN 4 ELSE 3 END) AS rank
          FROM participant
          WHERE organization_id = %(organization_id)s AND user_id = x.id AND purpose = 'agent'
            AND (state <> 'disconnected' OR acw_state = 'pending')
          GROUP BY conversation_id
          ORDER BY rank, conversation_id DESC LIMIT %(limit)s) p
        ORDER BY x.id, p.rank, p.conversation_id DESC
        """,
        {"organization_id": organization_id, "user_ids": list(user_ids), "limit": limit},
        WorkRow,
    )


class WorkingRow(msgspec.Struct, frozen=True):
    """A conversation in which somebody takes part now."""

    user_id: UUID
    conversation_id: UUID


def select_working(organization_ids: list[UUID], user_ids: list[UUID]) -> Query[WorkingRow]:
    """Where these people take part now; organizations and people in parallel.

    It walks the index of those who work, which holds nothing that is over: it is asked every
    second for people who listen to conversations outside their divisions.
    """
    return Query(
        f"""
        SELECT DISTINCT k.user_id, k.conversation_id
        FROM (SELECT DISTINCT unnest(%(organization_ids)s::uuid[]) AS organization_id,
                     unnest(%(user_ids)s::uuid[]) AS user_id) x
        JOIN participant k ON k.organization_id = x.organization_id AND k.user_id = x.user_id
          AND {WORKING}
        """,
        {"organization_ids": organization_ids, "user_ids": user_ids},
        WorkingRow,
    )
