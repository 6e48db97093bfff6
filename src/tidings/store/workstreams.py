"""Workstreams: what happens to messages of their numbers."""

from typing import Any
from uuid import UUID

import msgspec

from tidings.store.query import Query


class NumberStream(msgspec.Struct, frozen=True, kw_only=True):
    """The finished workstream of one number: what deciding about a message of it needs.

    time_zone, week and holidays are of its operating hours, None without any.
    """

    integration_id: UUID
    id: UUID
    version: int
    division_id: UUID
    channel: str
    distribution: str
    language: str
    rules: list[dict[str, Any]]
    fallback_queue_id: UUID | None
    capacity_units: int
    wrapup_blocks: bool
    allowed_presences: list[str]
    keep_same_agent: bool
    decline_limit: int
    threading_hours: int | None
    customer_attachments: bool
    agent_attachments: bool
    messages: list[dict[str, Any]]
    survey: dict[str, Any] | None
    hours_version: int | None
    time_zone: str | None
    week: list[dict[str, Any]] | None
    holidays: list[dict[str, Any]] | None


def select_workstreams_of_numbers(
    organization_id: UUID, integration_ids: list[UUID]
) -> Query[NumberStream]:
    """The workstreams that these numbers are attached to, drafts left out; a row each number."""
    return Query(
        """
        SELECT n.integration_id, w.id, w.version, w.division_id, w.channel, w.distribution,
               w.language, w.rules, w.fallback_queue_id, w.capacity_units, w.wrapup_blocks,
               w.allowed_presences, w.keep_same_agent, w.decline_limit, w.threading_hours,
               w.customer_attachments, w.agent_attachments, w.messages, w.survey,
               h.version AS hours_version, h.time_zone, h.week, h.holidays
        FROM workstream_number n
        JOIN workstream w ON w.organization_id = n.organization_id AND w.id = n.workstream_id
        LEFT JOIN operating_hours h ON h.organization_id = w.organization_id AND h.id = w.hours_id
        WHERE n.organization_id = %(organization_id)s
          AND n.integration_id = ANY(%(integration_ids)s) AND NOT w.is_draft
        """,
        {"organization_id": organization_id, "integration_ids": integration_ids},
        NumberStream,
    )
