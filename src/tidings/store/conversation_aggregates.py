"""Conversations counted in groups and steps of time, over a bounded part of the table."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import msgspec

from tidings.store.ids import id_at
from tidings.store.query import Query
from tidings.store.segment_conditions import SegmentCondition

# A conversation's id is made a moment after that of its first message.
MOMENT: Final = timedelta(minutes=1)
GROUPS: Final = {
    "divisionId": "c.division_id::text",
    "originatingDirection": "c.direction",
    "direction": "c.direction",
    "conversationInitiator": "c.initiator",
    "mediaType": "'message'",
    "messageType": "'whatsapp'",
    "provider": "'WhatsApp'",
}


class Span(msgspec.Struct, frozen=True):
    """From when to when, and how long a step is."""

    starts_at: datetime
    ends_at: datetime
    step: timedelta

    @property
    def params(self) -> dict[str, object]:
        """The bounds for SQL, of ids and of times."""
        return {
            "first_id": id_at(self.starts_at - MOMENT),
            "end_id": id_at(self.ends_at + MOMENT),
            "starts_at": self.starts_at,
            "ends_at": self.ends_at,
            "step": self.step.total_seconds(),
        }


class LookedAt(msgspec.Struct, frozen=True):
    """How many conversations there are to look at."""

    count: int


class AggregateRow(msgspec.Struct, frozen=True):
    """What was counted in one group and step; `group_values` run in parallel to the groups."""

    step: int
    group_values: list[str]
    conversations: int
    outbound: int
    messages: int
    least_messages: int
    most_messages: int
    errors: int


def count_looked_at(organization_id: UUID, span: Span, *, most: int) -> Query[LookedAt]:
    """How many conversations an aggregate over the span reads; counting ends after `most`."""
    return Query(
        """
        SELECT count(*) AS count FROM (
          SELECT FROM conversation
          WHERE organization_id = %(organization_id)s AND id >= %(first_id)s AND id < %(end_id)s
          LIMIT %(most)s + 1) x
        """,
        {"organization_id": organization_id, "most": most, **span.params},
        LookedAt,
    )


def aggregate_conversations(
    organization_id: UUID,
    span: Span,
    *,
    divisions: list[UUID] | None,
    conditions: tuple[SegmentCondition, ...],
    group_by: tuple[str, ...],
    with_errors: bool,
) -> Query[AggregateRow]:
    """Count the span's conversations by group and step. Ask count_looked_at() before."""
    groups = ", ".join(GROUPS[each] for each in group_by)
    fits = " AND ".join(each.sql for each in conditions) or "true"
    failed = """(SELECT count(*) FROM message_failure f
                 WHERE f.organization_id = %(organization_id)s AND f.conversation_id = c.id)"""
    params: dict[str, object] = {}
    for each in conditions:
        params |= each.params
    return Query(
        f"""
        SELECT floor(extract(epoch FROM c.started_at - %(starts_at)s) / %(step)s)::integer AS step,
               ARRAY[{groups}]::text[] AS group_values, count(*) AS conversations,
               count(*) FILTER (WHERE c.direction = 'outbound') AS outbound,
               sum(c.message_count)::bigint AS messages,
               min(c.message_count) AS least_messages, max(c.message_count) AS most_messages,
               coalesce(sum({failed if with_errors else "0"}), 0)::bigint AS errors
        FROM conversation c
        WHERE c.organization_id = %(organization_id)s
          AND c.id >= %(first_id)s AND c.id < %(end_id)s
          AND c.started_at >= %(starts_at)s AND c.started_at < %(ends_at)s
          AND (%(divisions)s::uuid[] IS NULL OR c.division_id = ANY(%(divisions)s))
          AND {fits}
        GROUP BY 1, 2 ORDER BY 2, 1
        """,
        {"organization_id": organization_id, "divisions": divisions, **span.params, **params},
        AggregateRow,
    )
