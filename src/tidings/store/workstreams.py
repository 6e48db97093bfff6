"""Workstreams: what happens to messages of their numbers."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from tidings.store.participants import WORKING
from tidings.store.query import Count, Nothing, Query, params_of
from tidings.store.versioned import Key, insert_settings, update_settings


class WorkstreamSettings(msgspec.Struct, frozen=True, kw_only=True):
    """What can be set of a workstream; each field is the column of its name.

    rules: `domain/classification.py`'s, in order. messages, survey: as `domain/automated_messages`
    and `domain/surveys` have them. quick_replies: `[{"name": "..", "text": ".."}]`.
    """

    name: str
    division_id: UUID
    channel: str = "whatsapp"
    is_draft: bool = False
    distribution: str = "push"
    language: str = "en"
    rules: list[dict[str, Any]] = []
    fallback_queue_id: UUID | None = None
    capacity_units: int = 1
    wrapup_blocks: bool = True
    allowed_presences: list[str] = msgspec.field(default_factory=lambda: ["OnQueue"])
    keep_same_agent: bool = True
    decline_limit: int = 3
    agent_away_minutes: int = 0
    threading_hours: int | None = None
    close_open_hours: int = 720
    close_connected_hours: int = 720
    close_parked_hours: int = 24
    hours_id: UUID | None = None
    messages: list[dict[str, Any]] = []
    survey: dict[str, Any] | None = None
    quick_replies: list[dict[str, Any]] = []
    customer_attachments: bool = True
    agent_attachments: bool = True


NAMES = [field.name for field in msgspec.structs.fields(WorkstreamSettings)]
COLUMNS = f"""
    w.id, {", ".join(f"w.{name}" for name in NAMES)}, d.name AS division_name, w.version,
    w.created_by, w.created_at, w.modified_at, n.numbers
"""
JOINED = """
    workstream w
    JOIN division d ON d.organization_id = w.organization_id AND d.id = w.division_id
    CROSS JOIN LATERAL (
      SELECT coalesce(jsonb_agg(jsonb_build_object(
               'id', i.id, 'name', i.name, 'phone_number', i.phone_number)
               ORDER BY lower(i.name), i.id), '[]') AS numbers
      FROM workstream_number x
      JOIN integration i ON i.organization_id = x.organization_id AND i.id = x.integration_id
      WHERE x.organization_id = w.organization_id AND x.workstream_id = w.id
        AND i.deleted_at IS NULL) n
"""
CONDITIONS = f"""
    w.organization_id = %(organization_id)s
    AND (%(divisions)s::uuid[] IS NULL OR w.division_id = ANY(%(divisions)s)
         OR w.id = ANY(ARRAY(
              SELECT c.workstream_id FROM participant k
              JOIN conversation c ON c.organization_id = k.organization_id
                AND c.id = k.conversation_id
              WHERE k.organization_id = %(organization_id)s AND k.user_id = %(worker_id)s::uuid
                AND {WORKING})))
    AND (%(division_ids)s::uuid[] IS NULL OR w.division_id = ANY(%(division_ids)s))
    AND (%(name_like)s::text IS NULL OR w.name ILIKE %(name_like)s)
    AND (%(ids)s::uuid[] IS NULL OR w.id = ANY(%(ids)s))
    AND (%(is_draft)s::boolean IS NULL OR w.is_draft = %(is_draft)s)
"""


class WorkstreamRow(WorkstreamSettings, frozen=True, kw_only=True):
    """One workstream with the numbers that are attached to it (id, name, phone_number)."""

    id: UUID
    division_name: str
    version: int
    created_by: UUID | None
    created_at: datetime
    modified_at: datetime
    numbers: list[dict[str, Any]]

    def settings(self) -> WorkstreamSettings:
        """What can be set of it, as it is."""
        return WorkstreamSettings(**{name: getattr(self, name) for name in NAMES})


class WorkstreamFilter(msgspec.Struct, frozen=True):
    """Which workstreams: of the divisions that may be seen (None: any), of those asked for, with
    a name like this, of these ids, drafts or not. `worker_id`: besides, wherever they are, those
    of conversations in which this person takes part now."""

    divisions: list[UUID] | None
    division_ids: list[UUID] | None = None
    name_like: str | None = None
    ids: list[UUID] | None = None
    is_draft: bool | None = None
    worker_id: UUID | None = None


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


def insert_workstream(
    organization_id: UUID, workstream_id: UUID, settings: WorkstreamSettings, *, created_by: UUID
) -> Query[Key]:
    """Create a workstream; no row when the name is taken, whatever its case."""
    return insert_settings(
        "workstream", organization_id, workstream_id, settings, created_by=created_by
    )


def update_workstream(
    organization_id: UUID, workstream_id: UUID, settings: WorkstreamSettings, *, version: int
) -> Query[Key]:
    """Change a workstream from this version; no row means that it was changed meanwhile."""
    return update_settings("workstream", organization_id, workstream_id, settings, version=version)


def select_workstreams(
    organization_id: UUID, chosen: WorkstreamFilter, *, limit: int, offset: int
) -> Query[WorkstreamRow]:
    """A page of workstreams by name. They are few, so a page number is enough."""
    return Query(
        f"""
        SELECT {COLUMNS} FROM {JOINED} WHERE {CONDITIONS}
        ORDER BY lower(w.name), w.id
        LIMIT %(limit)s OFFSET %(offset)s
        """,
        params_of(organization_id, chosen, limit=limit, offset=offset),
        WorkstreamRow,
    )


def count_workstreams(organization_id: UUID, chosen: WorkstreamFilter) -> Query[Count]:
    """How many workstreams the same conditions give."""
    return Query(
        f"SELECT count(*) AS count FROM workstream w WHERE {CONDITIONS}",
        params_of(organization_id, chosen),
        Count,
    )


def count_conversations(organization_id: UUID, workstream_id: UUID, *, most: int) -> Query[Count]:
    """How many of a workstream's conversations have not ended, counted up to `most`."""
    return Query(
        """
        SELECT count(*) AS count FROM (
          SELECT 1 FROM conversation
          WHERE organization_id = %(organization_id)s AND workstream_id = %(workstream_id)s
            AND state <> 'disconnected'
          LIMIT %(most)s) c
        """,
        {"organization_id": organization_id, "workstream_id": workstream_id, "most": most},
        Count,
    )


def delete_workstream(organization_id: UUID, workstream_id: UUID) -> Query[Nothing]:
    """Delete a workstream that has no numbers any more; its conversations go on without it."""
    return Query(
        "DELETE FROM workstream WHERE organization_id = %(organization_id)s AND id = %(id)s",
        {"organization_id": organization_id, "id": workstream_id},
        Nothing,
    )
