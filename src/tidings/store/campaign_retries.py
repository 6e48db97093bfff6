"""Failed contacts of a campaign, tried again."""

from uuid import UUID

import msgspec

from tidings.store.query import Query

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
