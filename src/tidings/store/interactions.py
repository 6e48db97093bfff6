"""The interactions view: conversations found by filters, and what a list shows of each."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from tidings.store.interaction_filters import (
    InteractionFilter,
    Source,
    Span,
    candidates,
    conditions,
    parameters,
)
from tidings.store.last_words import LAST_WORDS, NO_WORDS
from tidings.store.participants import WORKS_IN
from tidings.store.query import Query
from tidings.store.segment_conditions import SegmentCondition

# So many candidates are looked at in one statement.
WINDOW = 2_000


class WindowEnd(msgspec.Struct, frozen=True):
    """The last candidate of a window, and how many there are up to it."""

    key: UUID
    count: int


class Found(msgspec.Struct, frozen=True):
    """A conversation that fits; the walk goes on after its key."""

    key: UUID
    conversation_id: UUID


class InteractionRow(msgspec.Struct, frozen=True):
    """A conversation with the one message that speaks for it, and who has it now.

    `owner_state` is how: alerting (they are offered it), connected or parked. `last_agent` is who
    talked in it last. `said` is what a person said last, where that message is none of a person's.
    """

    id: UUID
    division_id: UUID
    integration_id: UUID
    integration_name: str
    phone_number: str
    customer_id: UUID
    customer_name: str
    address: str
    state: str
    direction: str
    initiator: str
    message_count: int
    started_at: datetime
    last_message_at: datetime
    ended_at: datetime | None
    message_id: UUID | None
    message_direction: str | None
    status: str | None
    body: str | None
    category: str | None
    message_at: datetime | None
    error_code: str | None
    error_detail: str | None
    template_name: str | None
    campaign_id: UUID | None = None
    campaign_name: str | None = None
    owner_id: UUID | None = None
    owner_name: str | None = None
    owner_state: str | None = None
    last_agent_id: UUID | None = None
    last_agent_name: str | None = None
    said: str | None = None
    said_direction: str | None = None
    said_at: datetime | None = None


def select_window_end(
    organization_id: UUID, wanted: InteractionFilter, source: Source, *, span: Span
) -> Query[WindowEnd]:
    """Where the window that begins a span ends; no row when the span has no candidates."""
    walked = candidates(source, span, most=WINDOW)
    return Query(
        f"""
        SELECT x.key, (count(*) OVER ())::integer AS count FROM ({walked}) x
        ORDER BY x.key {"DESC" if span.ascending else "ASC"} LIMIT 1
        """,
        parameters(organization_id, wanted, span),
        WindowEnd,
    )


def select_found(
    organization_id: UUID,
    wanted: InteractionFilter,
    source: Source,
    *,
    span: Span,
    limit: int,
    segments: tuple[SegmentCondition, ...] = (),
) -> Query[Found]:
    """The first conversations of a window that fit.

    The inner LIMITs keep the order of the index and the look-ups by key, so that the statement
    stops as soon as the page is full, whatever the planner thinks of the filters.
    """
    walked = candidates(source, span, most=2 * WINDOW)
    params = parameters(organization_id, wanted, span) | {"limit": limit}
    for each in segments:
        params |= each.params
    return Query(
        f"""
        SELECT x.key, x.conversation_id FROM ({walked}) x
        CROSS JOIN LATERAL (
          SELECT c.id, c.division_id, c.integration_id, c.customer_id, c.state, c.direction,
                 c.initiator, c.address, c.last_message_at, c.started_at, c.ended_at
          FROM conversation c
          WHERE c.organization_id = %(organization_id)s AND c.id = x.conversation_id LIMIT 1) c
        WHERE true{conditions(wanted, source)}{"".join(f" AND {each.sql}" for each in segments)}
        ORDER BY x.key {span.order} LIMIT %(limit)s
        """,
        params,
        Found,
    )


SHOWN = """
    SELECT c.id, c.division_id, c.integration_id, i.name AS integration_name, i.phone_number,
           c.customer_id, coalesce(u.name, '') AS customer_name, c.address, c.state, c.direction,
           c.initiator, c.message_count, c.started_at, c.last_message_at, c.ended_at,
           m.id AS message_id, m.direction AS message_direction, m.status, m.body, m.category,
           m.created_at AS message_at, m.error_code, m.error_detail, t.name AS template_name,
           m.campaign_id, k.name AS campaign_name, c.owner_id, o.name AS owner_name,
           p.state AS owner_state, c.last_agent_id, a.name AS last_agent_name, s.body AS said,
           s.direction AS said_direction, s.created_at AS said_at
    FROM (SELECT unnest(%(ids)s::uuid[]) AS id, unnest(%(places)s::integer[]) AS place) x
    CROSS JOIN LATERAL (
      SELECT * FROM conversation c
      WHERE c.organization_id = %(organization_id)s AND c.id = x.id LIMIT 1) c
    JOIN integration i ON i.organization_id = %(organization_id)s AND i.id = c.integration_id
    LEFT JOIN LATERAL (
      SELECT name FROM customer
      WHERE organization_id = %(organization_id)s AND id = c.customer_id LIMIT 1) u ON true
    LEFT JOIN user_account o ON o.organization_id = %(organization_id)s AND o.id = c.owner_id
    LEFT JOIN user_account a
      ON a.organization_id = %(organization_id)s AND a.id = c.last_agent_id
    LEFT JOIN LATERAL (
      SELECT state FROM participant
      WHERE c.owner_id IS NOT NULL AND organization_id = %(organization_id)s
        AND conversation_id = c.id AND purpose = 'agent' AND mode = 'primary'
        AND state <> 'disconnected' LIMIT 1) p ON true
    LEFT JOIN LATERAL ({message}) m ON true
    {last_words}
    LEFT JOIN template t ON t.organization_id = %(organization_id)s AND t.id = m.template_id
    LEFT JOIN campaign k ON k.organization_id = %(organization_id)s AND k.id = m.campaign_id
    WHERE %(divisions)s::uuid[] IS NULL OR c.division_id = ANY(%(divisions)s) OR {works_in}
    ORDER BY x.place
"""
LAST_MESSAGE = """
      SELECT * FROM message
      WHERE organization_id = %(organization_id)s AND id = c.last_message_id LIMIT 1
"""
LAST_SENT = """
      SELECT * FROM message
      WHERE organization_id = %(organization_id)s AND conversation_id = c.id
      ORDER BY direction DESC, id DESC LIMIT 1
"""


def select_interactions(
    organization_id: UUID,
    ids: list[UUID],
    *,
    divisions: list[UUID] | None = None,
    user_id: UUID | None = None,
    by_sent_message: bool = False,
) -> Query[InteractionRow]:
    """Those of the conversations that lie in the divisions, in the order of `ids`.

    Besides, those that `user_id` works in now, wherever they lie.
    Each comes with its last message, or (for reports on delivery) with the last one we sent, if
    there is any.
    """
    params: dict[str, Any] = {
        "organization_id": organization_id,
        "ids": ids,
        "places": list(range(len(ids))),
        "divisions": divisions,
        "user_id": user_id,
    }
    message = LAST_SENT if by_sent_message else LAST_MESSAGE
    words = NO_WORDS if by_sent_message else LAST_WORDS.format(conversation_id="c.id")
    sql = SHOWN.format(message=message, works_in=WORKS_IN, last_words=words)
    return Query(sql, params, InteractionRow)
