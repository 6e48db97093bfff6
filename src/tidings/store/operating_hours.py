"""Operating hours: when an organization's people are there."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from psycopg.types.json import Jsonb

from tidings.store.query import Count, Nothing, Query, params_of

COLUMNS = "h.id, h.name, h.time_zone, h.week, h.holidays, h.version, h.created_at, h.modified_at"
CONDITIONS = """
    h.organization_id = %(organization_id)s
    AND (%(name_like)s::text IS NULL OR h.name ILIKE %(name_like)s)
    AND (%(ids)s::uuid[] IS NULL OR h.id = ANY(%(ids)s))
"""


class HoursRow(msgspec.Struct, frozen=True):
    """One set of operating hours; week and holidays as `domain/operating_hours.py` has them."""

    id: UUID
    name: str
    time_zone: str
    week: list[dict[str, Any]]
    holidays: list[dict[str, Any]]
    version: int
    created_at: datetime
    modified_at: datetime


class HoursFilter(msgspec.Struct, frozen=True):
    """Which hours: with a name like this, of these ids; None leaves one out."""

    name_like: str | None = None
    ids: list[UUID] | None = None


class HoursUse(msgspec.Struct, frozen=True):
    """A workstream that follows operating hours."""

    name: str


def insert_hours(
    organization_id: UUID,
    hours_id: UUID,
    *,
    name: str,
    time_zone: str,
    week: list[dict[str, Any]],
    holidays: list[dict[str, Any]],
) -> Query[HoursRow]:
    """Create operating hours; no row when the name is taken, whatever its case."""
    return Query(
        f"""
        INSERT INTO operating_hours AS h (organization_id, id, name, time_zone, week, holidays)
        VALUES (%(organization_id)s, %(id)s, %(name)s, %(time_zone)s, %(week)s, %(holidays)s)
        ON CONFLICT DO NOTHING
        RETURNING {COLUMNS}
        """,
        {
            "organization_id": organization_id,
            "id": hours_id,
            "name": name,
            "time_zone": time_zone,
            "week": Jsonb(week),
            "holidays": Jsonb(holidays),
        },
        HoursRow,
    )


def select_hours(
    organization_id: UUID, chosen: HoursFilter, *, limit: int, offset: int
) -> Query[HoursRow]:
    """A page of operating hours by name. They are few, so a page number is enough."""
    return Query(
        f"""
        SELECT {COLUMNS} FROM operating_hours h WHERE {CONDITIONS}
        ORDER BY lower(h.name), h.id
        LIMIT %(limit)s OFFSET %(offset)s
        """,
        params_of(organization_id, chosen, limit=limit, offset=offset),
        HoursRow,
    )


def count_hours(organization_id: UUID, chosen: HoursFilter) -> Query[Count]:
    """How many operating hours the same conditions give."""
    return Query(
        f"SELECT count(*) AS count FROM operating_hours h WHERE {CONDITIONS}",
        params_of(organization_id, chosen),
        Count,
    )


def update_hours(
    organization_id: UUID,
    hours_id: UUID,
    *,
    name: str,
    time_zone: str,
    week: list[dict[str, Any]],
    holidays: list[dict[str, Any]],
    version: int,
) -> Query[HoursRow]:
    """Change operating hours from this version; no row means that they were changed meanwhile."""
    return Query(
        f"""
        UPDATE operating_hours h
        SET name = %(name)s, time_zone = %(time_zone)s, week = %(week)s,
            holidays = %(holidays)s, version = h.version + 1, modified_at = now()
        WHERE h.organization_id = %(organization_id)s AND h.id = %(id)s
          AND h.version = %(version)s
        RETURNING {COLUMNS}
        """,
        {
            "organization_id": organization_id,
            "id": hours_id,
            "name": name,
            "time_zone": time_zone,
            "week": Jsonb(week),
            "holidays": Jsonb(holidays),
            "version": version,
        },
        HoursRow,
    )


def select_hours_use(organization_id: UUID, hours_id: UUID) -> Query[HoursUse]:
    """A workstream that follows these hours, if there is one."""
    return Query(
        """
        SELECT w.name FROM workstream w
        WHERE w.organization_id = %(organization_id)s AND w.hours_id = %(id)s
        ORDER BY w.name LIMIT 1
        """,
        {"organization_id": organization_id, "id": hours_id},
        HoursUse,
    )


def delete_hours(organization_id: UUID, hours_id: UUID) -> Query[Nothing]:
    """Delete operating hours that no workstream follows."""
    return Query(
        "DELETE FROM operating_hours WHERE organization_id = %(organization_id)s AND id = %(id)s",
        {"organization_id": organization_id, "id": hours_id},
        Nothing,
    )
