"""Statuses of campaigns that change by themselves: held back, stopped, complete."""

from uuid import UUID

import msgspec

from tidings.store.query import Query


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


NO_CALL_UNDER_WAY = """NOT EXISTS (
            SELECT 1 FROM outbox o
            WHERE o.organization_id = %(organization_id)s
              AND o.integration_id = %(integration_id)s AND o.state = 'sending'
              AND o.campaign_id = c.id)"""
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
          AND {NO_CALL_UNDER_WAY}
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
          AND {NO_CALL_UNDER_WAY}
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
