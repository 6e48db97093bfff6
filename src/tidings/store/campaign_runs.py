"""Campaigns as their pump sees them: what is to do on a number, and how much may be."""

from typing import Any
from uuid import UUID

import msgspec

from tidings.store.query import Count, Query


class WorkingCampaign(msgspec.Struct, frozen=True):
    """A campaign that runs or comes to rest. Its template's status is REMOVED without one.

    `has_waiting`: contacts are before its cursor; `has_put_off`: others wait for a time, and
    `has_due`: it has come for one; `has_new`: its list has contacts that are not laid out.
    """

    id: UUID
    version: int
    settings_version: int
    run: int
    status: str
    phase: str
    reason_code: str | None
    resumes_by_itself: bool
    always_running: bool
    messages_per_minute: int
    last_sequence: int
    taken_position: int
    has_waiting: bool
    has_put_off: bool
    has_due: bool
    has_new: bool
    template_name: str
    template_status: str


def select_working(organization_id: UUID, integration_id: UUID) -> Query[WorkingCampaign]:
    """The campaigns of a number with anything to do, in one statement."""
    return Query(
        """
        SELECT c.id, c.version, coalesce(s.version, 1) AS settings_version, c.run, c.status,
               c.phase, c.reason_code, c.resumes_by_itself,
               c.always_running, c.messages_per_minute, c.last_sequence, c.taken_position,
               c.cursor <= c.last_sequence AS has_waiting,
               p.due_at IS NOT NULL AS has_put_off, coalesce(p.due_at <= now(), false) AS has_due,
               c.taken_position < l.next_position - 1 AS has_new,
               coalesce(t.name, r.name) AS template_name,
               CASE WHEN t.removed_at IS NULL THEN coalesce(t.status, 'REMOVED')
                    ELSE 'REMOVED' END AS template_status
        FROM campaign c
        JOIN contact_list l ON l.organization_id = c.organization_id AND l.id = c.list_id
        JOIN response r ON r.organization_id = c.organization_id AND r.id = c.response_id
        LEFT JOIN template t ON t.organization_id = r.organization_id AND t.id = r.template_id
        LEFT JOIN outbound_settings s ON s.organization_id = c.organization_id
        LEFT JOIN LATERAL (
          SELECT due_at FROM campaign_put_off
          WHERE organization_id = %(organization_id)s AND campaign_id = c.id AND run = c.run
          ORDER BY due_at LIMIT 1) p ON true
        WHERE c.organization_id = %(organization_id)s AND c.integration_id = %(integration_id)s
          AND c.status IN ('on', 'stopping', 'forced_off', 'forced_stopping')
        ORDER BY c.id
        """,
        {"organization_id": organization_id, "integration_id": integration_id},
        WorkingCampaign,
    )


class Allowance(msgspec.Struct, frozen=True):
    """What an organization's campaigns may send a minute, and what they want to together.

    Those that run but have nobody to message now want nothing.
    """

    most_per_minute: int
    all_per_minute: int


def select_allowance(organization_id: UUID) -> Query[Allowance]:
    """An organization's maximum, and the paces of its campaigns that have somebody to message."""
    return Query(
        """
        SELECT coalesce((SELECT max_messages_per_minute FROM outbound_settings
                         WHERE organization_id = %(organization_id)s), 60000) AS most_per_minute,
               coalesce((SELECT sum(c.messages_per_minute) FROM campaign c
                         WHERE c.organization_id = %(organization_id)s AND c.status = 'on'
                           AND (c.cursor <= c.last_sequence OR EXISTS (
                             SELECT 1 FROM campaign_put_off p
                             WHERE p.organization_id = %(organization_id)s
                               AND p.campaign_id = c.id AND p.run = c.run
                               AND p.due_at <= now()))),
                        0)::bigint AS all_per_minute
        """,
        {"organization_id": organization_id},
        Allowance,
    )


class Definition(msgspec.Struct, frozen=True):
    """What a campaign of this version sends, to whom and when. `clauses` are of its filter.

    `settings_version` is that of the organization's settings, from which quiet hours may come.
    """

    id: UUID
    version: int
    settings_version: int
    division_id: UUID
    name: str
    run: int
    list_id: UUID
    columns: list[str]
    whatsapp_column: str
    response_id: UUID
    parameters: list[dict[str, Any]]
    dnc_list_ids: list[UUID]
    sorts: list[dict[str, Any]]
    quiet_hours: dict[str, Any] | None
    filter_type: str | None
    clauses: list[dict[str, Any]] | None


def select_definitions(organization_id: UUID, campaign_ids: list[UUID]) -> Query[Definition]:
    """The definitions of campaigns; quiet hours and their zone fall back to the organization's."""
    return Query(
        """
        SELECT c.id, c.version, coalesce(s.version, 1) AS settings_version, c.division_id, c.name,
               c.run, c.list_id, l.columns,
               c.whatsapp_column, c.response_id, c.parameters, c.dnc_list_ids, c.sorts,
               jsonb_build_object('timeZone', coalesce(s.time_zone, 'UTC'))
                 || coalesce(c.quiet_hours, s.quiet_hours) AS quiet_hours,
               f.filter_type, f.clauses
        FROM campaign c
        JOIN contact_list l ON l.organization_id = c.organization_id AND l.id = c.list_id
        LEFT JOIN contact_list_filter f
          ON f.organization_id = c.organization_id AND f.id = c.filter_id
        LEFT JOIN outbound_settings s ON s.organization_id = c.organization_id
        WHERE c.organization_id = %(organization_id)s AND c.id = ANY(%(ids)s)
        """,
        {"organization_id": organization_id, "ids": campaign_ids},
        Definition,
    )


class Lead(msgspec.Struct, frozen=True):
    """How many messages of a campaign wait for the dispatcher."""

    campaign_id: UUID
    queued: int


def select_lead(organization_id: UUID, integration_id: UUID, *, most: int) -> Query[Lead]:
    """What waits for a number's dispatcher, by campaign; counted up to a bound."""
    return Query(
        """
        SELECT campaign_id, count(*)::integer AS queued
        FROM (SELECT campaign_id FROM outbox
              WHERE organization_id = %(organization_id)s AND integration_id = %(integration_id)s
                AND state = 'queued' AND priority = 2 AND campaign_id IS NOT NULL
              LIMIT %(most)s) x
        GROUP BY campaign_id
        """,
        {"organization_id": organization_id, "integration_id": integration_id, "most": most},
        Lead,
    )


def count_recipients(organization_id: UUID, account_id: str, *, most: int) -> Query[Count]:
    """Customers of an account in the last 24 hours, counted up to its limit."""
    return Query(
        """
        SELECT count(*)::integer AS count FROM (
          SELECT 1 FROM recipient_day
          WHERE organization_id = %(organization_id)s AND account_id = %(account_id)s
            AND counted_at > now() - interval '24 hours' LIMIT %(most)s) x
        """,
        {"organization_id": organization_id, "account_id": account_id, "most": most},
        Count,
    )
