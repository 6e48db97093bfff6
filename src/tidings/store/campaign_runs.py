"""Campaigns as their pump sees them: what is to do on a number, and what changes by itself."""

from typing import Any
from uuid import UUID

import msgspec

from tidings.store.query import Query


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


class RecipientCount(msgspec.Struct, frozen=True):
    """How many customers count against an account's limit, at most so many as were asked for."""

    count: int


def count_recipients(organization_id: UUID, account_id: str, *, most: int) -> Query[RecipientCount]:
    """Customers of an account in the last 24 hours, counted up to its limit."""
    return Query(
        """
        SELECT count(*)::integer AS count FROM (
          SELECT 1 FROM recipient_day
          WHERE organization_id = %(organization_id)s AND account_id = %(account_id)s
            AND counted_at > now() - interval '24 hours' LIMIT %(most)s) x
        """,
        {"organization_id": organization_id, "account_id": account_id, "most": most},
        RecipientCount,
    )


class Changed(msgspec.Struct, frozen=True):
    """A campaign whose status changed by itself."""

    id: UUID
    division_id: UUID
    name: str
    version: int
    before: str
    status: str
    reason_code: str | None
    reason: str | None


CHANGED = """
    RETURNING c.id, c.division_id, c.name, c.version, x.before, c.status, c.reason_code, c.reason
"""


class Change(msgspec.Struct, frozen=True):
    """A step of a campaign by itself; done only if it still has the status `before`.

    `resumes`: it goes on by itself when the cause is gone.
    """

    campaign_id: UUID
    before: str
    after: str
    reason_code: str | None = None
    reason: str | None = None
    resumes: bool = False


def change_statuses(organization_id: UUID, changes: list[Change]) -> Query[Changed]:
    """Stop campaigns whose cause speaks against them, or set them on again when it is gone."""
    return Query(
        f"""
        UPDATE campaign c
        SET status = x.after, reason_code = x.reason_code, reason = x.reason,
            reason_at = CASE WHEN x.reason_code IS NOT NULL THEN now() END,
            resumes_by_itself = x.resumes,
            stopped_at = CASE WHEN x.after = 'on' THEN NULL ELSE now() END
        FROM (SELECT unnest(%(ids)b::uuid[]) AS id, unnest(%(before)s::text[]) AS before,
                     unnest(%(after)s::text[]) AS after, unnest(%(codes)s::text[]) AS reason_code,
                     unnest(%(reasons)s::text[]) AS reason,
                     unnest(%(resumes)s::boolean[]) AS resumes) x
        WHERE c.organization_id = %(organization_id)s AND c.id = x.id AND c.status = x.before
        {CHANGED}
        """,
        {
            "organization_id": organization_id,
            "ids": [each.campaign_id for each in changes],
            "before": [each.before for each in changes],
            "after": [each.after for each in changes],
            "codes": [each.reason_code for each in changes],
            "reasons": [each.reason for each in changes],
            "resumes": [each.resumes for each in changes],
        },
        Changed,
    )


def end_stopping(
    organization_id: UUID, integration_id: UUID, campaign_ids: list[UUID]
) -> Query[Changed]:
    """Let campaigns that are stopping be off, those of which no call is under way.

    A claim that began before the stop was committed may still mark messages; the moment waited
    for is longer than that takes.
    """
    return Query(
        f"""
        UPDATE campaign c
        SET status = CASE x.before WHEN 'stopping' THEN 'off' ELSE 'forced_off' END
        FROM (SELECT id, status AS before FROM campaign
              WHERE organization_id = %(organization_id)s AND id = ANY(%(ids)s)) x
        WHERE c.organization_id = %(organization_id)s AND c.id = x.id
          AND c.status = x.before AND c.status IN ('stopping', 'forced_stopping')
          AND coalesce(c.stopped_at, '-infinity') < now() - interval '0.3 seconds'
          AND NOT EXISTS (
            SELECT 1 FROM outbox o
            WHERE o.organization_id = %(organization_id)s
              AND o.integration_id = %(integration_id)s AND o.state = 'sending'
              AND o.campaign_id = c.id)
        {CHANGED}
        """,
        {
            "organization_id": organization_id,
            "integration_id": integration_id,
            "ids": campaign_ids,
        },
        Changed,
    )


def complete_campaigns(
    organization_id: UUID, integration_id: UUID, campaign_ids: list[UUID]
) -> Query[Changed]:
    """Let campaigns be complete: nobody waits or is put off, nothing is queued or under way.

    Complete is derived, never counted down to: each condition is looked up here. A message whose
    outcome is unknown is not sent again, so it keeps no campaign from its end.
    """
    return Query(
        f"""
        UPDATE campaign c
        SET status = 'complete', completed_at = now(), reason_code = NULL, reason = NULL,
            reason_at = NULL
        FROM (SELECT unnest(%(ids)b::uuid[]) AS id, 'on' AS before) x
        WHERE c.organization_id = %(organization_id)s AND c.id = x.id AND c.status = 'on'
          AND c.phase = 'ready' AND NOT c.always_running AND c.cursor > c.last_sequence
          AND c.taken_position >= (SELECT l.next_position - 1 FROM contact_list l
                                   WHERE l.organization_id = %(organization_id)s
                                     AND l.id = c.list_id)
          AND NOT EXISTS (
            SELECT 1 FROM campaign_put_off p
            WHERE p.organization_id = %(organization_id)s AND p.campaign_id = c.id
              AND p.run = c.run)
          AND NOT EXISTS (
            SELECT 1 FROM outbox o
            WHERE o.organization_id = %(organization_id)s
              AND o.integration_id = %(integration_id)s AND o.state = 'queued'
              AND o.priority = 2 AND o.campaign_id = c.id)
          AND NOT EXISTS (
            SELECT 1 FROM outbox o
            WHERE o.organization_id = %(organization_id)s
              AND o.integration_id = %(integration_id)s AND o.state = 'sending'
              AND o.campaign_id = c.id)
        {CHANGED}
        """,
        {
            "organization_id": organization_id,
            "integration_id": integration_id,
            "ids": campaign_ids,
        },
        Changed,
    )


def note_reason(
    organization_id: UUID, campaign_ids: list[UUID], *, code: str | None, reason: str | None
) -> Query[Changed]:
    """Say why running campaigns are held back, or that they are not any more."""
    return Query(
        f"""
        UPDATE campaign c
        SET reason_code = %(code)s, reason = %(reason)s,
            reason_at = CASE WHEN %(code)s::text IS NOT NULL THEN now() END
        FROM (SELECT unnest(%(ids)b::uuid[]) AS id, 'on' AS before) x
        WHERE c.organization_id = %(organization_id)s AND c.id = x.id AND c.status = 'on'
          AND c.reason_code IS DISTINCT FROM %(code)s
        {CHANGED}
        """,
        {
            "organization_id": organization_id,
            "ids": campaign_ids,
            "code": code,
            "reason": reason,
        },
        Changed,
    )


# Contacts of a campaign's run that failed with one of these codes, at their last attempt.
FAILED = """
    SELECT cc.run, cc.sequence
    FROM campaign c
    JOIN message_failure f ON f.organization_id = c.organization_id
      AND f.integration_id = c.integration_id AND f.error_code = ANY(%(codes)s)
    JOIN message m ON m.organization_id = c.organization_id AND m.id = f.message_id
      AND m.campaign_id = c.id AND m.campaign_run = c.run AND m.status = 'failed'
    JOIN contact k ON k.organization_id = c.organization_id AND k.list_id = c.list_id
      AND k.id = m.contact_id
    JOIN campaign_contact cc ON cc.organization_id = c.organization_id
      AND cc.campaign_id = c.id AND cc.run = c.run AND cc.position = k.position
      AND cc.state = 'taken' AND cc.message_id = m.id
    WHERE c.organization_id = %(organization_id)s AND c.id = %(id)s
"""


class Retried(msgspec.Struct, frozen=True):
    """How many contacts are tried again."""

    contacts: int


def retry_failed(
    organization_id: UUID, campaign_id: UUID, *, codes: list[str], limit: int
) -> Query[Retried]:
    """Put failed contacts of the current run, whose errors are of these codes, off until now.

    Each is a new attempt. At most `limit` at a time: 0 says that none is left. The caller keeps
    the campaign's row, so that its pump does not meet them half-way.
    """
    return Query(
        f"""
        WITH failed AS MATERIALIZED (
          {FAILED}
          ORDER BY cc.sequence LIMIT %(limit)s
        ), again AS (
          UPDATE campaign_contact cc
          SET state = 'put_off', reason = 'retry', attempt = cc.attempt + 1, changed_at = now()
          FROM failed f
          WHERE cc.organization_id = %(organization_id)s AND cc.campaign_id = %(id)s
            AND cc.run = f.run AND cc.sequence = f.sequence
          RETURNING cc.run, cc.sequence
        ), put AS (
          INSERT INTO campaign_put_off (organization_id, campaign_id, run, due_at, sequence)
          SELECT %(organization_id)s, %(id)s, run, now(), sequence FROM again
        ), counted AS (
          INSERT INTO campaign_delta (organization_id, id, campaign_id, run, measure, amount)
          SELECT %(organization_id)s, gen_random_uuid(), %(id)s, run, 'retried', count(*)
          FROM again GROUP BY run
        )
        SELECT count(*)::integer AS contacts FROM again
        """,
        {
            "organization_id": organization_id,
            "id": campaign_id,
            "codes": codes,
            "limit": limit,
        },
        Retried,
    )


def count_failed(
    organization_id: UUID, campaign_id: UUID, *, codes: list[str], limit: int
) -> Query[Retried]:
    """How many contacts retry_failed() would try again, counted up to `limit`."""
    return Query(
        f"""
        SELECT count(*)::integer AS contacts FROM ({FAILED} LIMIT %(limit)s) failed
        """,
        {"organization_id": organization_id, "id": campaign_id, "codes": codes, "limit": limit},
        Retried,
    )
