"""What has to go out: claimed by the one dispatcher of an integration, marked before the call.

A row lives from the decision to send until its outcome is recorded. `sending` is committed
before the call leaves, so a row found `sending` under an older epoch had a caller that died: its
outcome is unknown and it is never sent again blindly.
"""

from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from tidings.store.leases import Lease
from tidings.store.messages import NewMessage
from tidings.store.query import Nothing, Query


def insert_outbox(
    organization_id: UUID, rows: list[NewMessage], *, priorities: list[int]
) -> Query[Nothing]:
    """Queue messages for their integrations' dispatchers, and wake those."""
    return Query(
        """
        WITH queued AS (
          INSERT INTO outbox (organization_id, integration_id, message_id, priority, due_at,
                              campaign_id)
          SELECT %(organization_id)s, unnest(%(integrations)b::uuid[]), unnest(%(ids)b::uuid[]),
                 unnest(%(priorities)s::smallint[]), unnest(%(due)s::timestamptz[]),
                 unnest(%(campaigns)b::uuid[])
        )
        SELECT pg_notify('tidings_outbox', x::text)
        FROM (SELECT DISTINCT unnest(%(integrations)b::uuid[]) AS x) w
        """,
        {
            "organization_id": organization_id,
            "integrations": [row.integration_id for row in rows],
            "ids": [row.id for row in rows],
            "priorities": priorities,
            "due": [row.created_at for row in rows],
            "campaigns": [row.campaign_id for row in rows],
        },
        Nothing,
    )


class DueMessage(msgspec.Struct, frozen=True):
    """A message claimed for its call. `content` is the JSON of domain.content.Content.

    `counts`: a template outside the service window, for an account whose customers are limited.
    `template_status`: the provider's word on the template, or REMOVED; None for other messages,
    whose service window began at `last_inbound_at`.
    """

    message_id: UUID
    conversation_id: UUID
    to_address: str
    content: str
    reply_to: str | None
    attempts: int
    priority: int
    created_at: datetime
    counts: bool
    template_status: str | None
    last_inbound_at: datetime | None


CLAIM_DUE = """
    WITH fence AS MATERIALIZED (
      SELECT 1 FROM lease
      WHERE kind = %(kind)s AND key = %(key)s AND epoch = %(epoch)s AND expires_at > now()
      FOR SHARE
    ), due AS MATERIALIZED (
      SELECT o.message_id FROM outbox o
      WHERE o.organization_id = %(organization_id)s AND o.integration_id = %(integration_id)s
        AND o.state = 'queued' AND o.due_at <= now() AND EXISTS (SELECT 1 FROM fence)
        AND (o.campaign_id IS NULL OR o.campaign_id IN (
          SELECT c.id FROM campaign c
          JOIN response r ON r.organization_id = c.organization_id AND r.id = c.response_id
          JOIN template p ON p.organization_id = r.organization_id AND p.id = r.template_id
          WHERE c.organization_id = %(organization_id)s
            AND c.integration_id = %(integration_id)s AND c.status = 'on'
            AND upper(p.status) = 'APPROVED' AND p.removed_at IS NULL))
      ORDER BY o.priority, o.due_at LIMIT %(limit)s
      FOR UPDATE SKIP LOCKED
    ), taken AS (
      UPDATE outbox o
      SET state = 'sending', epoch = %(epoch)s, called_at = now(), attempts = attempts + 1
      WHERE o.organization_id = %(organization_id)s
        AND o.message_id = ANY(ARRAY(SELECT message_id FROM due))
      RETURNING o.message_id, o.attempts, o.priority
    )
    SELECT t.message_id, m.conversation_id, m.to_address, m.content::text AS content, m.reply_to,
           t.attempts, t.priority, m.created_at,
           %(counting)s AND m.template_id IS NOT NULL
             AND coalesce(w.last_inbound_at, '-infinity') < now() - interval '24 hours' AS counts,
           CASE WHEN p.removed_at IS NULL THEN p.status ELSE 'REMOVED' END AS template_status,
           w.last_inbound_at
    FROM taken t
    CROSS JOIN LATERAL (
      SELECT * FROM message
      WHERE organization_id = %(organization_id)s AND id = t.message_id LIMIT 1) m
    LEFT JOIN LATERAL (
      SELECT last_inbound_at FROM service_window
      WHERE (%(counting)s OR m.template_id IS NULL) AND organization_id = %(organization_id)s
        AND integration_id = m.integration_id AND customer_id = m.customer_id LIMIT 1) w ON true
    LEFT JOIN LATERAL (
      SELECT status, removed_at FROM template
      WHERE organization_id = %(organization_id)s AND id = m.template_id LIMIT 1) p ON true
"""


def claim_due(
    lease: Lease, integration_id: UUID, *, limit: int, counting: bool
) -> Query[DueMessage]:
    """Take the next due messages of one integration: highest lane first, oldest first.

    Messages of campaigns that do not run, or whose template was stopped, stay where they are. One
    dispatcher holds the integration's lease, so rows are not contended; the epoch in the fence
    turns away a dispatcher that slept through its lease. Rows become `sending` in this statement:
    a worker that dies after it leaves them so, see settle().
    """
    return Query(
        CLAIM_DUE,
        {
            "kind": lease.kind,
            "key": lease.key,
            "epoch": lease.epoch,
            "organization_id": lease.organization_id,
            "integration_id": integration_id,
            "limit": limit,
            "counting": counting,
        },
        DueMessage,
    )


class Requeued(msgspec.Struct, frozen=True):
    """A message whose attempt of this count certainly did not go out, due again after a delay."""

    message_id: UUID
    attempt: int
    delay_s: float


def requeue(organization_id: UUID, rows: list[Requeued]) -> Query[Nothing]:
    """Put messages that certainly did not go out back in their lane, each after its delay.

    Only the attempt spoken of is taken back: when this is written twice, because the answer to
    its commit was lost, the next attempt may be under way already.
    """
    return Query(
        """
        UPDATE outbox o SET state = 'queued', due_at = now() + make_interval(secs => x.delay)
        FROM (SELECT unnest(%(ids)b::uuid[]) AS id, unnest(%(attempts)s::smallint[]) AS attempt,
                     unnest(%(delays)s::float8[]) AS delay) x
        WHERE o.organization_id = %(organization_id)s AND o.message_id = x.id
          AND o.attempts = x.attempt AND o.state <> 'queued'
        """,
        {
            "organization_id": organization_id,
            "ids": [row.message_id for row in rows],
            "attempts": [row.attempt for row in rows],
            "delays": [row.delay_s for row in rows],
        },
        Nothing,
    )


class Settled(msgspec.Struct, frozen=True):
    """A message whose outcome was settled without an answer to its call."""

    message_id: UUID
    conversation_id: UUID


SETTLE = """
    WITH left_behind AS MATERIALIZED (
      SELECT o.message_id, m.provider_message_id IS NOT NULL AS known
      FROM outbox o
      JOIN message m ON m.organization_id = o.organization_id AND m.id = o.message_id
      WHERE o.organization_id = %(organization_id)s AND o.integration_id = %(integration_id)s
        AND o.state = 'sending'
        AND (o.message_id = ANY(%(ids)b::uuid[]) OR o.epoch < %(epoch)s
             OR o.called_at < now() - %(longest)s)
      ORDER BY o.message_id FOR UPDATE OF o
    ), done AS (
      DELETE FROM outbox o USING left_behind a
      WHERE o.organization_id = %(organization_id)s AND o.message_id = a.message_id AND a.known
    ), waiting AS (
      UPDATE outbox o SET state = 'unknown' FROM left_behind a
      WHERE o.organization_id = %(organization_id)s AND o.message_id = a.message_id
        AND NOT a.known
      RETURNING o.message_id
    ), told AS (
      UPDATE message m SET status = 'unknown' FROM waiting w
      WHERE m.organization_id = %(organization_id)s AND m.id = w.message_id
        AND m.status = 'queued'
      RETURNING m.id, m.conversation_id, m.campaign_id, m.campaign_run
    ), counted AS (
      INSERT INTO campaign_delta (organization_id, id, campaign_id, run, measure, amount)
      SELECT %(organization_id)s, gen_random_uuid(), campaign_id, campaign_run, 'unknown', count(*)
      FROM told WHERE campaign_id IS NOT NULL GROUP BY campaign_id, campaign_run
    )
    SELECT id AS message_id, conversation_id FROM told
"""


def settle(
    lease: Lease, integration_id: UUID, *, ids: list[UUID], longest: timedelta
) -> Query[Settled]:
    """Settle calls without an answer: done if a callback came, else the outcome is unknown.

    These are the messages of `ids`, those that an earlier holder of the lease left `sending`,
    and those whose call cannot still be under way after so long.
    """
    return Query(
        SETTLE,
        {
            "organization_id": lease.organization_id,
            "integration_id": integration_id,
            "epoch": lease.epoch,
            "ids": ids,
            "longest": longest,
        },
        Settled,
    )


EXPIRE_UNKNOWN = """
    WITH late AS MATERIALIZED (
      SELECT message_id FROM outbox
      WHERE organization_id = %(organization_id)s AND integration_id = %(integration_id)s
        AND state = 'unknown' AND called_at < now() - %(deadline)s
      ORDER BY message_id LIMIT 1000 FOR UPDATE SKIP LOCKED
    ), gone AS (
      DELETE FROM outbox o USING late
      WHERE o.organization_id = %(organization_id)s AND o.message_id = late.message_id
    ), expired AS (
      UPDATE message m
      SET error_code = 'outcome.unknown', failed_at = now(),
          error_detail = 'No callback came before the deadline; it was not sent again.'
      FROM late
      WHERE m.organization_id = %(organization_id)s AND m.id = late.message_id
        AND delivery_rank(m.status) < 2
      RETURNING m.id, m.conversation_id, m.integration_id
    ), noted AS (
      INSERT INTO message_failure (organization_id, message_id, conversation_id, integration_id,
                                   error_code)
      SELECT %(organization_id)s, id, conversation_id, integration_id, 'outcome.unknown'
      FROM expired ON CONFLICT DO NOTHING
    )
    SELECT id AS message_id, conversation_id FROM expired
"""


def expire_unknown(
    organization_id: UUID, integration_id: UUID, *, deadline: timedelta
) -> Query[Settled]:
    """Settle by policy what no callback settled in time: not sent again, and shown as such."""
    return Query(
        EXPIRE_UNKNOWN,
        {
            "organization_id": organization_id,
            "integration_id": integration_id,
            "deadline": deadline,
        },
        Settled,
    )


class QueueState(msgspec.Struct, frozen=True):
    """What waits on one integration in one priority lane."""

    organization_id: UUID
    integration_id: UUID
    integration_name: str
    priority: int
    queued: int
    sending: int
    unknown: int
    oldest_at: datetime | None


def select_queues(organization_id: UUID | None) -> Query[QueueState]:
    """The outbox by integration and lane, of one organization or of all."""
    return Query(
        """
        SELECT o.organization_id, o.integration_id, i.name AS integration_name, o.priority,
               count(*) FILTER (WHERE o.state = 'queued')::integer AS queued,
               count(*) FILTER (WHERE o.state = 'sending')::integer AS sending,
               count(*) FILTER (WHERE o.state = 'unknown')::integer AS unknown,
               min(o.due_at) FILTER (WHERE o.state = 'queued') AS oldest_at
        FROM outbox o
        JOIN integration i ON i.organization_id = o.organization_id AND i.id = o.integration_id
        WHERE %(organization_id)s::uuid IS NULL OR o.organization_id = %(organization_id)s
        GROUP BY 1, 2, 3, 4 ORDER BY 3, 4
        """,
        {"organization_id": organization_id},
        QueueState,
    )
