"""Schedules of campaigns: kept as they were given, with the next thing to do and when."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from psycopg.types.json import Jsonb

from tidings.store.query import Count, Nothing, Query

COLUMNS = """
    s.organization_id, s.campaign_id, s.intervals, s.recurrences, s.time_zone, s.next_at,
    s.next_action, s.version, c.name AS campaign_name, c.division_id, d.name AS division_name
"""
JOINED = """
    campaign_schedule s
    JOIN campaign c ON c.organization_id = s.organization_id AND c.id = s.campaign_id
    JOIN division d ON d.organization_id = c.organization_id AND d.id = c.division_id
"""
CONDITIONS = """
    s.organization_id = %(organization_id)s
    AND (%(divisions)s::uuid[] IS NULL OR c.division_id = ANY(%(divisions)s))
"""


class ScheduleRow(msgspec.Struct, frozen=True):
    """One schedule with what people see of its campaign; it belongs to the campaign's division."""

    organization_id: UUID
    campaign_id: UUID
    intervals: list[dict[str, Any]]
    recurrences: list[dict[str, Any]]
    time_zone: str
    next_at: datetime | None
    next_action: str | None
    version: int
    campaign_name: str
    division_id: UUID
    division_name: str


class ScheduleKey(msgspec.Struct, frozen=True):
    """Which schedule, in which version."""

    organization_id: UUID
    campaign_id: UUID
    version: int


class ScheduleContent(msgspec.Struct, frozen=True):
    """A schedule as people decide it, and what follows of it next."""

    intervals: list[dict[str, Any]]
    recurrences: list[dict[str, Any]]
    time_zone: str
    next_at: datetime | None
    next_action: str | None


def put_schedule(
    organization_id: UUID, campaign_id: UUID, content: ScheduleContent, *, version: int | None
) -> Query[ScheduleKey]:
    """Create or replace a campaign's schedule; no row when it is in another version by now."""
    return Query(
        """
        INSERT INTO campaign_schedule AS s (organization_id, campaign_id, intervals, recurrences,
                                            time_zone, next_at, next_action)
        VALUES (%(organization_id)s, %(campaign_id)s, %(intervals)s, %(recurrences)s,
                %(time_zone)s, %(next_at)s, %(next_action)s)
        ON CONFLICT (organization_id, campaign_id) DO UPDATE
        SET intervals = excluded.intervals, recurrences = excluded.recurrences,
            time_zone = excluded.time_zone, next_at = excluded.next_at,
            next_action = excluded.next_action, version = s.version + 1
        WHERE %(version)s::integer IS NULL OR s.version = %(version)s
        RETURNING organization_id, campaign_id, version
        """,
        {
            "organization_id": organization_id,
            "campaign_id": campaign_id,
            "version": version,
            **msgspec.structs.asdict(content),
            "intervals": Jsonb(content.intervals),
            "recurrences": Jsonb(content.recurrences),
        },
        ScheduleKey,
    )


def select_schedule(
    organization_id: UUID, campaign_id: UUID, *, divisions: list[UUID] | None
) -> Query[ScheduleRow]:
    """The schedule of a campaign in one of the divisions (None: any)."""
    return Query(
        f"SELECT {COLUMNS} FROM {JOINED} WHERE {CONDITIONS} AND s.campaign_id = %(campaign_id)s",
        {
            "organization_id": organization_id,
            "campaign_id": campaign_id,
            "divisions": divisions,
        },
        ScheduleRow,
    )


def select_schedules(
    organization_id: UUID,
    *,
    divisions: list[UUID] | None,
    limit: int,
    offset: int,
    campaign_id: UUID | None = None,
) -> Query[ScheduleRow]:
    """A page of schedules by the name of their campaigns, or that of one campaign if it has one.

    There are at most as many as there are campaigns.
    """
    return Query(
        f"""
        SELECT {COLUMNS} FROM {JOINED} WHERE {CONDITIONS}
          AND (%(campaign_id)s::uuid IS NULL OR s.campaign_id = %(campaign_id)s)
        ORDER BY lower(c.name), c.id LIMIT %(limit)s OFFSET %(offset)s
        """,
        {
            "organization_id": organization_id,
            "divisions": divisions,
            "campaign_id": campaign_id,
            "limit": limit,
            "offset": offset,
        },
        ScheduleRow,
    )


def count_schedules(
    organization_id: UUID, *, divisions: list[UUID] | None, campaign_id: UUID | None = None
) -> Query[Count]:
    """How many schedules the same conditions give."""
    return Query(
        f"""
        SELECT count(*) AS count FROM {JOINED} WHERE {CONDITIONS}
          AND (%(campaign_id)s::uuid IS NULL OR s.campaign_id = %(campaign_id)s)
        """,
        {"organization_id": organization_id, "divisions": divisions, "campaign_id": campaign_id},
        Count,
    )


def delete_schedule(organization_id: UUID, campaign_id: UUID) -> Query[Nothing]:
    """Delete a campaign's schedule; the campaign goes on as it is."""
    return Query(
        """
        DELETE FROM campaign_schedule
        WHERE organization_id = %(organization_id)s AND campaign_id = %(campaign_id)s
        """,
        {"organization_id": organization_id, "campaign_id": campaign_id},
        Nothing,
    )


def claim_due_schedule() -> Query[ScheduleKey]:
    """Lock the schedule that has been due for the longest, of whichever organization.

    A row that another worker works on is skipped; the lock ends with the transaction that does
    what is due and writes down what comes next, so nothing is done twice or forgotten.
    """
    return Query(
        """
        SELECT organization_id, campaign_id, version FROM campaign_schedule
        WHERE next_at <= now() ORDER BY next_at LIMIT 1 FOR UPDATE SKIP LOCKED
        """,
        {},
        ScheduleKey,
    )


def set_next(
    organization_id: UUID, campaign_id: UUID, *, next_at: datetime | None, next_action: str | None
) -> Query[Nothing]:
    """Write down what comes next; None when nothing does."""
    return Query(
        """
        UPDATE campaign_schedule SET next_at = %(next_at)s, next_action = %(next_action)s
        WHERE organization_id = %(organization_id)s AND campaign_id = %(campaign_id)s
        """,
        {
            "organization_id": organization_id,
            "campaign_id": campaign_id,
            "next_at": next_at,
            "next_action": next_action,
        },
        Nothing,
    )
