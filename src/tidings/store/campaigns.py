"""Campaigns: what is sent to whom, how fast, and how far it is; not the contacts of their runs.

An organization has at most some hundreds, so they are paged by number and counted.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from tidings.store.query import Count, Nothing, Query, params_of
from tidings.store.versioned import Key, insert_settings, update_settings

COLUMNS = """
    c.id, c.organization_id, c.division_id, c.name, c.status, c.reason_code, c.reason,
    c.reason_at, c.resumes_by_itself, c.list_id, c.whatsapp_column, c.integration_id,
    c.response_id, c.parameters, c.filter_id, c.dnc_list_ids, c.sorts, c.messages_per_minute,
    c.always_running, c.quiet_hours, c.run, c.phase, c.cursor, c.last_sequence, c.taken_position,
    c.filtered_out, c.started_at, c.stopped_at, c.completed_at, c.version, c.created_by,
    c.created_at, c.modified_at,
    d.name AS division_name, l.name AS list_name, l.columns AS list_columns,
    i.name AS integration_name, r.name AS response_name, f.name AS filter_name,
    ARRAY(SELECT n.name FROM unnest(c.dnc_list_ids) WITH ORDINALITY x(id, at)
          LEFT JOIN dnc_list n ON n.organization_id = c.organization_id AND n.id = x.id
          ORDER BY x.at) AS dnc_list_names,
    jsonb_build_object('timeZone', coalesce(s.time_zone, 'UTC'))
      || coalesce(c.quiet_hours, s.quiet_hours) AS effective_quiet_hours
"""
JOINED = """
    campaign c
    JOIN division d ON d.organization_id = c.organization_id AND d.id = c.division_id
    JOIN contact_list l ON l.organization_id = c.organization_id AND l.id = c.list_id
    JOIN integration i ON i.organization_id = c.organization_id AND i.id = c.integration_id
    JOIN response r ON r.organization_id = c.organization_id AND r.id = c.response_id
    LEFT JOIN contact_list_filter f
      ON f.organization_id = c.organization_id AND f.id = c.filter_id
    LEFT JOIN outbound_settings s ON s.organization_id = c.organization_id
"""
CONDITIONS = """
    c.organization_id = %(organization_id)s
    AND (%(divisions)s::uuid[] IS NULL OR c.division_id = ANY(%(divisions)s))
    AND (%(ids)s::uuid[] IS NULL OR c.id = ANY(%(ids)s))
    AND (%(in_divisions)s::uuid[] IS NULL OR c.division_id = ANY(%(in_divisions)s))
    AND (%(name_like)s::text IS NULL OR c.name ILIKE %(name_like)s)
    AND (%(list_id)s::uuid IS NULL OR c.list_id = %(list_id)s)
    AND (%(response_id)s::uuid IS NULL OR c.response_id = %(response_id)s)
    AND (%(status)s::text IS NULL OR c.status = %(status)s)
"""
SORTS = {
    "name": "lower(c.name)",
    "campaignStatus": "c.status",
    "dateCreated": "c.created_at",
    "dateModified": "c.modified_at",
}


class CampaignRow(msgspec.Struct, frozen=True):
    """One campaign. `dnc_list_names` runs in parallel to `dnc_list_ids`.

    `parameters`: {component, id, column or constant} each. `sorts`: {fieldName, direction
    (ASC, DESC), numeric} each, the first has priority.
    """

    id: UUID
    organization_id: UUID
    division_id: UUID
    name: str
    status: str
    reason_code: str | None
    reason: str | None
    reason_at: datetime | None
    resumes_by_itself: bool
    list_id: UUID
    whatsapp_column: str
    integration_id: UUID
    response_id: UUID
    parameters: list[dict[str, Any]]
    filter_id: UUID | None
    dnc_list_ids: list[UUID]
    sorts: list[dict[str, Any]]
    messages_per_minute: int
    always_running: bool
    quiet_hours: dict[str, Any] | None
    effective_quiet_hours: dict[str, Any] | None
    run: int
    phase: str
    cursor: int
    last_sequence: int
    taken_position: int
    filtered_out: int
    started_at: datetime | None
    stopped_at: datetime | None
    completed_at: datetime | None
    version: int
    created_by: UUID | None
    created_at: datetime
    modified_at: datetime
    division_name: str
    list_name: str
    list_columns: list[str]
    integration_name: str
    response_name: str
    filter_name: str | None
    dnc_list_names: list[str | None]


class CampaignContent(msgspec.Struct, frozen=True):
    """What people decide about a campaign."""

    division_id: UUID
    name: str
    list_id: UUID
    whatsapp_column: str
    integration_id: UUID
    response_id: UUID
    messages_per_minute: int
    parameters: list[dict[str, Any]] = []
    filter_id: UUID | None = None
    dnc_list_ids: list[UUID] = []
    sorts: list[dict[str, Any]] = []
    always_running: bool = False
    quiet_hours: dict[str, Any] | None = None


class CampaignFilter(msgspec.Struct, frozen=True):
    """Which campaigns: of divisions that may be seen (None: all), and of those asked for."""

    divisions: list[UUID] | None
    ids: list[UUID] | None = None
    in_divisions: list[UUID] | None = None
    name_like: str | None = None
    list_id: UUID | None = None
    response_id: UUID | None = None
    status: str | None = None


def lock_campaign_count(organization_id: UUID) -> Query[Nothing]:
    """Let one transaction at a time of an organization count its campaigns and add one."""
    return Query(
        "SELECT pg_advisory_xact_lock(hashtextextended(%(key)s, 0))",
        {"key": f"campaigns {organization_id}"},
        Nothing,
    )


def insert_campaign(
    organization_id: UUID, campaign_id: UUID, content: CampaignContent, *, created_by: UUID | None
) -> Query[Key]:
    """Create a campaign, off; a name that exists already (whatever its case) gives no row."""
    return insert_settings("campaign", organization_id, campaign_id, content, created_by=created_by)


def update_campaign(
    organization_id: UUID, campaign_id: UUID, content: CampaignContent, *, version: int
) -> Query[Key]:
    """Change a campaign from this version; no row means that it was changed meanwhile."""
    return update_settings("campaign", organization_id, campaign_id, content, version=version)


def lock_campaign(organization_id: UUID, campaign_id: UUID) -> Query[Key]:
    """Keep a campaign's row as it is until the end of the transaction.

    Whoever changes a status reads it after this, so that two changes follow each other.
    """
    return Query(
        """
        SELECT id FROM campaign
        WHERE organization_id = %(organization_id)s AND id = %(id)s FOR NO KEY UPDATE
        """,
        {"organization_id": organization_id, "id": campaign_id},
        Key,
    )


def set_campaign_on(organization_id: UUID, campaign_id: UUID) -> Query[Nothing]:
    """Let a campaign run; the pump lays it out or goes on where it was. Reasons are cleared."""
    return Query(
        """
        UPDATE campaign
        SET status = 'on', reason_code = NULL, reason = NULL, reason_at = NULL,
            resumes_by_itself = false, started_at = now(), stopped_at = NULL,
            completed_at = NULL, version = version + 1, modified_at = now()
        WHERE organization_id = %(organization_id)s AND id = %(id)s
        """,
        {"organization_id": organization_id, "id": campaign_id},
        Nothing,
    )


def set_campaign_ended(
    organization_id: UUID,
    campaign_id: UUID,
    *,
    status: str,
    reason_code: str | None = None,
    reason: str | None = None,
) -> Query[Nothing]:
    """Let a campaign not run any more: stopping, off or invalid; it does not resume by itself."""
    return Query(
        """
        UPDATE campaign
        SET status = %(status)s, reason_code = %(reason_code)s, reason = %(reason)s,
            reason_at = CASE WHEN %(reason_code)s::text IS NULL THEN NULL ELSE now() END,
            resumes_by_itself = false, stopped_at = now(), version = version + 1,
            modified_at = now()
        WHERE organization_id = %(organization_id)s AND id = %(id)s
        """,
        {
            "organization_id": organization_id,
            "id": campaign_id,
            "status": status,
            "reason_code": reason_code,
            "reason": reason,
        },
        Nothing,
    )


def begin_new_run(organization_id: UUID, campaign_id: UUID) -> Query[Nothing]:
    """Recycle: the next start lays all contacts out anew. The old run's rows are not touched."""
    return Query(
        """
        UPDATE campaign
        SET run = run + 1, phase = 'preparing', cursor = 1, last_sequence = 0,
            taken_position = 0, filtered_out = 0, status = 'off', reason_code = NULL,
            reason = NULL, reason_at = NULL, resumes_by_itself = false, started_at = NULL,
            stopped_at = NULL, completed_at = NULL, version = version + 1, modified_at = now()
        WHERE organization_id = %(organization_id)s AND id = %(id)s
        """,
        {"organization_id": organization_id, "id": campaign_id},
        Nothing,
    )


def select_campaign(
    organization_id: UUID, campaign_id: UUID, *, divisions: list[UUID] | None
) -> Query[CampaignRow]:
    """One campaign, if it is in one of the divisions (None: any)."""
    return select_campaigns(
        organization_id, CampaignFilter(divisions, ids=[campaign_id]), limit=1, offset=0
    )


def select_campaigns(
    organization_id: UUID,
    chosen: CampaignFilter,
    *,
    limit: int,
    offset: int,
    sort_by: str = "name",
    descending: bool = False,
) -> Query[CampaignRow]:
    """A page of campaigns; `sort_by` is one of SORTS."""
    order = f"{SORTS.get(sort_by, SORTS['name'])} {'DESC' if descending else 'ASC'}"
    return Query(
        f"""
        SELECT {COLUMNS} FROM {JOINED}
        WHERE {CONDITIONS}
        ORDER BY {order}, c.id
        LIMIT %(limit)s OFFSET %(offset)s
        """,
        params_of(organization_id, chosen, limit=limit, offset=offset),
        CampaignRow,
    )


def count_campaigns(organization_id: UUID, chosen: CampaignFilter) -> Query[Count]:
    """How many campaigns the same conditions give; an organization has at most 1,000."""
    return Query(
        f"SELECT count(*) AS count FROM campaign c WHERE {CONDITIONS}",
        params_of(organization_id, chosen),
        Count,
    )


def delete_campaign(organization_id: UUID, campaign_id: UUID) -> Query[Nothing]:
    """Delete a campaign and its schedule. Housekeeping drops the contacts of its runs."""
    return Query(
        """
        WITH schedule AS (
          DELETE FROM campaign_schedule
          WHERE organization_id = %(organization_id)s AND campaign_id = %(id)s
        )
        DELETE FROM campaign WHERE organization_id = %(organization_id)s AND id = %(id)s
        """,
        {"organization_id": organization_id, "id": campaign_id},
        Nothing,
    )
