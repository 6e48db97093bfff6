"""What workstreams wanted to say and could not: kept with the reason, until said or too old."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from tidings.store.automated_messages import WITH_WORDS, DueMessage, PlanKey
from tidings.store.ids import new_id
from tidings.store.query import Nothing, Query


class NewUnsaid(msgspec.Struct, frozen=True):
    """A plan that could not be said; `text`: the words, as far as there were any."""

    key: PlanKey
    text: str
    error_code: str
    error_text: str


class UnsaidRow(msgspec.Struct, frozen=True, kw_only=True):
    """What was not said, with what tells whether it may be said now.

    `waits`: its conversation is in a queue; `state` is the conversation's.
    """

    id: UUID
    conversation_id: UUID
    trigger: str
    text: str
    error_code: str
    error_text: str
    failed_at: datetime
    state: str
    waits: bool
    last_inbound_at: datetime | None
    address: str
    customer_name: str | None


class UnsaidReason(msgspec.Struct, frozen=True):
    """How many were not said for one reason; `error_text` is the latest one's."""

    error_code: str
    error_text: str
    count: int


COLUMNS = """
    x.id, x.conversation_id, x.trigger, x.body AS text, x.error_code, x.error_text, x.failed_at,
    c.state, s.conversation_id IS NOT NULL AS waits, v.last_inbound_at, c.address,
    u.name AS customer_name
"""
JOINED = """
    JOIN conversation c ON c.organization_id = x.organization_id AND c.id = x.conversation_id
    LEFT JOIN customer u ON u.organization_id = c.organization_id AND u.id = c.customer_id
    LEFT JOIN waiting s ON s.organization_id = c.organization_id AND s.conversation_id = c.id
    LEFT JOIN service_window v ON v.organization_id = c.organization_id
      AND v.integration_id = c.integration_id AND v.customer_id = c.customer_id
"""


def keep_unsaid(organization_id: UUID, unsaid: Sequence[NewUnsaid]) -> Query[Nothing]:
    """Keep what was not said; the same occasion again takes the newer reason."""
    return Query(
        """
        INSERT INTO unsaid_message (organization_id, id, conversation_id, trigger, stay_id,
                                    after_seconds, workstream_id, body, error_code, error_text)
        SELECT c.organization_id, x.id, c.id, x.trigger, x.stay_id, x.after_seconds,
               c.workstream_id, x.body, x.error_code, x.error_text
        FROM (SELECT unnest(%(ids)s::uuid[]) AS id,
                     unnest(%(conversations)s::uuid[]) AS conversation_id,
                     unnest(%(triggers)s::text[]) AS trigger,
                     unnest(%(stays)s::uuid[]) AS stay_id,
                     unnest(%(seconds)s::integer[]) AS after_seconds,
                     unnest(%(bodies)s::text[]) AS body,
                     unnest(%(codes)s::text[]) AS error_code,
                     unnest(%(texts)s::text[]) AS error_text) x
        JOIN conversation c
          ON c.organization_id = %(organization_id)s AND c.id = x.conversation_id
        ON CONFLICT (organization_id, conversation_id, trigger, stay_id, after_seconds)
        DO UPDATE SET body = excluded.body, error_code = excluded.error_code,
                      error_text = excluded.error_text, failed_at = now()
        """,
        {
            "organization_id": organization_id,
            "ids": [new_id() for _ in unsaid],
            "conversations": [each.key.conversation_id for each in unsaid],
            "triggers": [each.key.trigger for each in unsaid],
            "stays": [each.key.stay_id for each in unsaid],
            "seconds": [each.key.after_seconds for each in unsaid],
            "bodies": [each.text for each in unsaid],
            "codes": [each.error_code for each in unsaid],
            "texts": [each.error_text for each in unsaid],
        },
        Nothing,
    )


def take_unsaid(organization_id: UUID, conversation_id: UUID, unsaid_id: UUID) -> Query[DueMessage]:
    """Take one to say it after all; it is gone with the transaction that sends it.

    Of two who take it the second waits, and then finds it gone or, when it was refused, there.
    """
    return Query(
        f"""
        WITH due AS MATERIALIZED (
          DELETE FROM unsaid_message
          WHERE organization_id = %(organization_id)s AND id = %(id)s
            AND conversation_id = %(conversation_id)s
          RETURNING conversation_id, trigger, stay_id, after_seconds, failed_at AS due_at)
        {WITH_WORDS}
        """,
        {"organization_id": organization_id, "id": unsaid_id, "conversation_id": conversation_id},
        DueMessage,
    )


def select_unsaid_in(
    organization_id: UUID, conversation_id: UUID, *, limit: int
) -> Query[UnsaidRow]:
    """The latest that was not said in one conversation, oldest first."""
    return Query(
        f"""
        SELECT * FROM (
          SELECT {COLUMNS} FROM unsaid_message x {JOINED}
          WHERE x.organization_id = %(organization_id)s
            AND x.conversation_id = %(conversation_id)s
          ORDER BY x.failed_at DESC LIMIT %(limit)s) l
        ORDER BY failed_at, id
        """,
        {"organization_id": organization_id, "conversation_id": conversation_id, "limit": limit},
        UnsaidRow,
    )


def select_unsaid_of(
    organization_id: UUID, workstream_id: UUID, *, divisions: list[UUID] | None, limit: int
) -> Query[UnsaidRow]:
    """What a workstream did not say, the latest first; `divisions` of conversations, None: all."""
    return Query(
        f"""
        SELECT {COLUMNS} FROM unsaid_message x {JOINED}
        WHERE x.organization_id = %(organization_id)s AND x.workstream_id = %(workstream_id)s
          AND (%(divisions)s::uuid[] IS NULL OR c.division_id = ANY(%(divisions)s))
        ORDER BY x.failed_at DESC, x.id DESC LIMIT %(limit)s
        """,
        {
            "organization_id": organization_id,
            "workstream_id": workstream_id,
            "divisions": divisions,
            "limit": limit,
        },
        UnsaidRow,
    )


def count_unsaid(organization_id: UUID, workstream_id: UUID, *, most: int) -> Query[UnsaidReason]:
    """Why a workstream did not say its latest `most`, by reason, the most frequent first."""
    return Query(
        """
        SELECT error_code, (array_agg(error_text ORDER BY failed_at DESC))[1] AS error_text,
               count(*)::integer AS count
        FROM (SELECT error_code, error_text, failed_at FROM unsaid_message
              WHERE organization_id = %(organization_id)s AND workstream_id = %(workstream_id)s
              ORDER BY failed_at DESC LIMIT %(most)s) l
        GROUP BY error_code ORDER BY count DESC, error_code
        """,
        {"organization_id": organization_id, "workstream_id": workstream_id, "most": most},
        UnsaidReason,
    )


def delete_old_unsaid(before: datetime, limit: int) -> Query[Nothing]:
    """Forget what was not said before a time, of all organizations, some at a time."""
    return Query(
        """
        DELETE FROM unsaid_message u
        USING (SELECT organization_id, id FROM unsaid_message
               WHERE failed_at < %(before)s ORDER BY failed_at LIMIT %(limit)s) x
        WHERE u.organization_id = x.organization_id AND u.id = x.id
        """,
        {"before": before, "limit": limit},
        Nothing,
    )
