"""What workstreams have yet to say by themselves, until the message is queued."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec

from tidings.store.query import Nothing, Query


class Planned(msgspec.Struct, frozen=True):
    """An occasion in a conversation; `stay_id` says which stay in a queue, offer or survey."""

    conversation_id: UUID
    trigger: str
    stay_id: UUID


class PlanKey(msgspec.Struct, frozen=True):
    """Which plan."""

    conversation_id: UUID
    trigger: str
    stay_id: UUID
    after_seconds: int


class DueOrganization(msgspec.Struct, frozen=True):
    """An organization for which something is due."""

    organization_id: UUID


class DueMessage(msgspec.Struct, frozen=True, kw_only=True):
    """What is due in one conversation, with all that its words may need.

    `waits`: it is in a queue; `position` there counts from 1, to 1,000. `agent_name`: whom the
    stay is of, else who has or had the conversation. `messages` and `survey` are the workstream's.
    """

    conversation_id: UUID
    trigger: str
    stay_id: UUID
    after_seconds: int
    integration_id: UUID
    provider: str
    customer_id: UUID
    address: str
    state: str
    queue_id: UUID | None
    agent_id: UUID | None
    workstream_id: UUID | None
    language: str | None
    messages: list[dict[str, Any]] | None
    survey: dict[str, Any] | None
    customer_language: str | None
    customer_name: str | None
    queue_name: str | None
    agent_name: str | None
    waits: bool
    position: int

    @property
    def key(self) -> PlanKey:
        """Which plan it was."""
        return PlanKey(self.conversation_id, self.trigger, self.stay_id, self.after_seconds)


def plan_messages(organization_id: UUID, planned: Sequence[Planned]) -> Query[Nothing]:
    """Write down what workstreams say on these occasions; most say nothing.

    The same occasion twice is one. Who is only consulted does not join for the customer; the end
    of who overflowed has words of its own; who had no agent is not asked how they liked it.
    """
    return Query(
        """
        INSERT INTO automated_message (organization_id, conversation_id, trigger, stay_id,
                                       after_seconds, due_at)
        SELECT %(organization_id)s, x.conversation_id, e.trigger, x.stay_id, m.after_seconds,
               now() + m.after_seconds * interval '1 second'
        FROM (SELECT unnest(%(conversations)s::uuid[]) AS conversation_id,
                     unnest(%(triggers)s::text[]) AS trigger,
                     unnest(%(stays)s::uuid[]) AS stay_id) x
        JOIN conversation c
          ON c.organization_id = %(organization_id)s AND c.id = x.conversation_id
        JOIN workstream w
          ON w.organization_id = c.organization_id AND w.id = c.workstream_id AND NOT w.is_draft
        CROSS JOIN LATERAL (
          SELECT CASE WHEN x.trigger = 'closed' AND c.close_reason = 'overflow' THEN 'overflow'
                 ELSE x.trigger END AS trigger) e
        CROSS JOIN LATERAL (
          SELECT DISTINCT (m ->> 'afterSeconds')::integer AS after_seconds
          FROM jsonb_array_elements(w.messages) m
          WHERE m ->> 'trigger' = e.trigger
          UNION ALL
          SELECT 0 WHERE e.trigger LIKE 'survey%%' AND (w.survey ->> 'enabled')::boolean
            AND c.last_agent_id IS NOT NULL AND c.close_reason IS DISTINCT FROM 'overflow') m
        WHERE e.trigger <> 'agent_joined' OR EXISTS (
          SELECT FROM participant p
          WHERE p.organization_id = c.organization_id AND p.conversation_id = c.id
            AND p.id = x.stay_id AND p.purpose = 'agent' AND p.mode = 'primary')
        ON CONFLICT DO NOTHING
        """,
        {
            "organization_id": organization_id,
            "conversations": [each.conversation_id for each in planned],
            "triggers": [each.trigger for each in planned],
            "stays": [each.stay_id for each in planned],
        },
        Nothing,
    )


def select_due_organizations(*, limit: int) -> Query[DueOrganization]:
    """Organizations for which something is due, of the oldest that is."""
    return Query(
        """
        SELECT DISTINCT organization_id FROM (
          SELECT organization_id FROM automated_message
          WHERE due_at <= now() ORDER BY due_at LIMIT %(limit)s) d
        """,
        {"limit": limit},
        DueOrganization,
    )


def select_oldest(organization_id: UUID) -> Query[PlanKey]:
    """The plan of an organization that is due for the longest time."""
    return Query(
        """
        SELECT conversation_id, trigger, stay_id, after_seconds FROM automated_message
        WHERE organization_id = %(organization_id)s AND due_at <= now()
        ORDER BY due_at LIMIT 1
        """,
        {"organization_id": organization_id},
        PlanKey,
    )


# What words may need of the conversation of each row of `due`.
WITH_WORDS = """
        SELECT d.conversation_id, d.trigger, d.stay_id, d.after_seconds, c.integration_id,
               i.provider, c.customer_id, c.address, c.state, c.queue_id,
               a.agent_id, w.id AS workstream_id, w.language, w.messages, w.survey,
               u.language AS customer_language, u.name AS customer_name, q.name AS queue_name,
               n.name AS agent_name, s.entered_at IS NOT NULL AS waits,
               (SELECT count(*) FROM (
                  SELECT 1 FROM waiting o
                  WHERE o.organization_id = %(organization_id)s AND o.queue_id = s.queue_id
                    AND o.entered_at <= s.entered_at LIMIT 1000) b) AS position
        FROM due d
        JOIN conversation c
          ON c.organization_id = %(organization_id)s AND c.id = d.conversation_id
        JOIN integration i ON i.organization_id = c.organization_id AND i.id = c.integration_id
        LEFT JOIN workstream w ON w.organization_id = c.organization_id AND w.id = c.workstream_id
        LEFT JOIN customer u ON u.organization_id = c.organization_id AND u.id = c.customer_id
        LEFT JOIN queue q ON q.organization_id = c.organization_id AND q.id = c.queue_id
        LEFT JOIN participant p ON p.organization_id = c.organization_id
          AND p.conversation_id = c.id AND p.id = d.stay_id
        CROSS JOIN LATERAL (
          SELECT coalesce(p.user_id, c.owner_id, c.last_agent_id) AS agent_id) a
        LEFT JOIN user_account n ON n.organization_id = c.organization_id AND n.id = a.agent_id
        LEFT JOIN waiting s
          ON s.organization_id = c.organization_id AND s.conversation_id = c.id
        ORDER BY d.due_at, d.trigger, d.stay_id
"""


def take_due(
    organization_id: UUID, *, limit: int, only: PlanKey | None = None
) -> Query[DueMessage]:
    """Take what is due, oldest first; it is gone with the transaction that sends it.

    Rows that another worker holds are passed over, so each is taken by one.
    """
    chosen = (
        "AND (conversation_id, trigger, stay_id, after_seconds)"
        " = (%(conversation_id)s, %(trigger)s, %(stay_id)s, %(after_seconds)s)"
        if only is not None
        else ""
    )
    return Query(
        f"""
        WITH due AS MATERIALIZED (
          SELECT conversation_id, trigger, stay_id, after_seconds, due_at FROM automated_message
          WHERE organization_id = %(organization_id)s AND due_at <= now() {chosen}
          ORDER BY due_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED
        ), gone AS (
          DELETE FROM automated_message a USING due d
          WHERE a.organization_id = %(organization_id)s
            AND a.conversation_id = d.conversation_id AND a.trigger = d.trigger
            AND a.stay_id = d.stay_id AND a.after_seconds = d.after_seconds
        )
        {WITH_WORDS}
        """,
        {
            "organization_id": organization_id,
            "limit": limit,
            **({} if only is None else msgspec.structs.asdict(only)),
        },
        DueMessage,
    )
