"""Queues: where conversations wait for people, and by which rules they are given out."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from tidings.store.query import Count, Nothing, Query, params_of
from tidings.store.versioned import Key, insert_settings, update_settings


class QueueSettings(msgspec.Struct, frozen=True, kw_only=True):
    """What can be set of a queue; each field is the column of its name.

    rings: `[{"seconds": 30, "drop_skills": ["..."]}]`, empty: everybody at once. overflow: what
    happens to who waits too long, `{"after_seconds": 600, "action": "transfer", "queue_id": ".."}`.
    """

    name: str
    division_id: UUID
    description: str = ""
    scoring_method: str = "TimestampAndPriority"
    skill_evaluation: str = "ALL"
    assignment_method: str = "longest_idle"
    rings: list[dict[str, Any]] = []
    overflow: dict[str, Any] | None = None
    alerting_seconds: int = 30
    auto_answer: bool = False
    service_level_percent: float = 0.8
    service_level_seconds: int = 20
    acw_mode: str = "MANDATORY_TIMEOUT"
    acw_seconds: int = 60
    last_agent_mode: str = "QueueMembersOnly"
    manual_assignment: bool = True
    library_mode: str = "All"
    library_ids: list[UUID] = []


NAMES = [field.name for field in msgspec.structs.fields(QueueSettings)]
COLUMNS = f"""
    q.id, {", ".join(f"q.{name}" for name in NAMES)}, d.name AS division_name, q.version,
    q.created_by, q.created_at, q.modified_at, n.members, n.joined_members
"""
JOINED = """
    queue q
    JOIN division d ON d.organization_id = q.organization_id AND d.id = q.division_id
    CROSS JOIN LATERAL (
      SELECT count(*) AS members, count(*) FILTER (WHERE m.joined) AS joined_members
      FROM queue_member m WHERE m.organization_id = q.organization_id AND m.queue_id = q.id) n
"""
CONDITIONS = """
    q.organization_id = %(organization_id)s
    AND (%(divisions)s::uuid[] IS NULL OR q.division_id = ANY(%(divisions)s))
    AND (%(division_ids)s::uuid[] IS NULL OR q.division_id = ANY(%(division_ids)s))
    AND (%(name_like)s::text IS NULL OR q.name ILIKE %(name_like)s)
    AND (%(ids)s::uuid[] IS NULL OR q.id = ANY(%(ids)s))
"""


class QueueRow(QueueSettings, frozen=True, kw_only=True):
    """One queue, with how many members it has and how many of them take part now."""

    id: UUID
    division_name: str
    version: int
    created_by: UUID | None
    created_at: datetime
    modified_at: datetime
    members: int
    joined_members: int

    def settings(self) -> QueueSettings:
        """What can be set of it, as it is."""
        return QueueSettings(**{name: getattr(self, name) for name in NAMES})


class QueueUse(msgspec.Struct, frozen=True):
    """What needs a queue: a workstream or another queue, by name."""

    kind: str
    name: str


class QueueFilter(msgspec.Struct, frozen=True):
    """Which queues: of the divisions that may be seen (None: any), of those asked for, with a
    name like this, of these ids."""

    divisions: list[UUID] | None
    division_ids: list[UUID] | None = None
    name_like: str | None = None
    ids: list[UUID] | None = None


def insert_queue(
    organization_id: UUID, queue_id: UUID, settings: QueueSettings, *, created_by: UUID
) -> Query[Key]:
    """Create a queue; no row when the name is taken, whatever its case."""
    return insert_settings("queue", organization_id, queue_id, settings, created_by=created_by)


def update_queue(
    organization_id: UUID, queue_id: UUID, settings: QueueSettings, *, version: int
) -> Query[Key]:
    """Change a queue from this version; no row means that it was changed meanwhile."""
    return update_settings("queue", organization_id, queue_id, settings, version=version)


def select_queues(
    organization_id: UUID, chosen: QueueFilter, *, limit: int, offset: int
) -> Query[QueueRow]:
    """A page of queues by name. They are few, so a page number is enough."""
    return Query(
        f"""
        SELECT {COLUMNS} FROM {JOINED} WHERE {CONDITIONS}
        ORDER BY lower(q.name), q.id
        LIMIT %(limit)s OFFSET %(offset)s
        """,
        params_of(organization_id, chosen, limit=limit, offset=offset),
        QueueRow,
    )


def count_queues(organization_id: UUID, chosen: QueueFilter) -> Query[Count]:
    """How many queues the same conditions give."""
    return Query(
        f"SELECT count(*) AS count FROM queue q WHERE {CONDITIONS}",
        params_of(organization_id, chosen),
        Count,
    )


def select_queue_use(organization_id: UUID, queue_id: UUID) -> Query[QueueUse]:
    """A workstream that sends into the queue, or a queue that overflows into it, if any."""
    return Query(
        """
        SELECT 'workstream' AS kind, w.name FROM workstream w
        WHERE w.organization_id = %(organization_id)s
          AND (w.fallback_queue_id = %(id)s
               OR w.rules @> jsonb_build_array(jsonb_build_object('queue_id', %(id)s::uuid)))
        UNION ALL
        SELECT 'queue', q.name FROM queue q
        WHERE q.organization_id = %(organization_id)s AND q.id <> %(id)s
          AND q.overflow ->> 'queue_id' = %(id)s::text
        LIMIT 1
        """,
        {"organization_id": organization_id, "id": queue_id},
        QueueUse,
    )


def delete_queue(organization_id: UUID, queue_id: UUID) -> Query[Nothing]:
    """Delete a queue with its members and the codes it offers; not while somebody waits in it."""
    return Query(
        "DELETE FROM queue WHERE organization_id = %(organization_id)s AND id = %(id)s",
        {"organization_id": organization_id, "id": queue_id},
        Nothing,
    )
