"""Recording what became of sent messages: outcomes of calls, and statuses from callbacks.

Both write the same rows, from different processes, so both lock them in the order of their ids;
both only let a status climb, so their order does not matter.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from psycopg.types.json import Jsonb

from tidings.store.query import Nothing, Query


class Standing(msgspec.Struct, frozen=True):
    """What is now known of one message. `webhook_ids` are the journal rows that said so."""

    message_id: UUID
    status: str
    provider_message_id: str | None = None
    sent_at: datetime | None = None
    delivered_at: datetime | None = None
    read_at: datetime | None = None
    failed_at: datetime | None = None
    error_code: str | None = None
    error_detail: str | None = None
    pricing: dict[str, Any] | None = None
    webhook_ids: tuple[UUID, ...] = ()


class Moved(msgspec.Struct, frozen=True):
    """A message that was found, with its status before and after.

    `named`: the provider's id of the message, if it was not known before.
    """

    message_id: UUID
    conversation_id: UUID
    integration_id: UUID
    to_address: str
    category: str | None
    before: str
    after: str
    campaign_id: UUID | None = None
    campaign_run: int | None = None
    named: str | None = None


APPLY = """
    WITH given AS MATERIALIZED (
      SELECT unnest(%(ids)b::uuid[]) AS id, unnest(%(statuses)s::text[]) AS status,
             unnest(%(provider_ids)s::text[]) AS provider_message_id,
             unnest(%(sent)s::timestamptz[]) AS sent_at,
             unnest(%(delivered)s::timestamptz[]) AS delivered_at,
             unnest(%(read)s::timestamptz[]) AS read_at,
             unnest(%(failed)s::timestamptz[]) AS failed_at,
             unnest(%(codes)s::text[]) AS error_code,
             unnest(%(details)s::text[]) AS error_detail,
             unnest(%(pricings)s::jsonb[]) AS pricing,
             unnest(%(webhooks)s::text[])::uuid[] AS webhook_ids
    ), old AS MATERIALIZED (
      SELECT m.id, m.status, m.provider_message_id
      FROM message m
      WHERE m.organization_id = %(organization_id)s AND m.direction = 'outbound'
        AND m.id = ANY(%(ids)b::uuid[])
      ORDER BY m.id FOR UPDATE
    ), moved AS (
      UPDATE message m SET
        status = CASE WHEN delivery_rank(g.status) > delivery_rank(m.status)
                 THEN g.status ELSE m.status END,
        provider_message_id = coalesce(m.provider_message_id, g.provider_message_id),
        sent_at = least(m.sent_at, g.sent_at),
        delivered_at = least(m.delivered_at, g.delivered_at),
        read_at = least(m.read_at, g.read_at),
        failed_at = CASE WHEN greatest(delivery_rank(g.status), delivery_rank(m.status)) > 3
                    THEN NULL
                    ELSE least(m.failed_at, g.failed_at) END,
        error_code = CASE WHEN greatest(delivery_rank(g.status), delivery_rank(m.status)) > 3
                    THEN NULL
                     ELSE coalesce(g.error_code, m.error_code) END,
        error_detail = CASE WHEN greatest(delivery_rank(g.status), delivery_rank(m.status)) > 3
                    THEN NULL
                       ELSE coalesce(g.error_detail, m.error_detail) END,
        pricing = coalesce(g.pricing, m.pricing),
        webhook_ids = m.webhook_ids || g.webhook_ids
      FROM given g JOIN old ON old.id = g.id
      WHERE m.organization_id = %(organization_id)s AND m.id = g.id
      RETURNING m.id AS message_id, m.conversation_id, m.integration_id, m.to_address,
                m.category, old.status AS before, m.status AS after,
                old.provider_message_id IS NULL AS first, m.provider_message_id, m.error_code,
                m.campaign_id, m.campaign_run
    ), named AS (
      INSERT INTO provider_message (organization_id, integration_id, provider_message_id,
                                    message_id)
      SELECT %(organization_id)s, integration_id, provider_message_id, message_id FROM moved
      WHERE first AND provider_message_id IS NOT NULL
      ON CONFLICT DO NOTHING
    ), failures AS (
      INSERT INTO message_failure (organization_id, message_id, conversation_id, integration_id,
                                   error_code)
      SELECT %(organization_id)s, message_id, conversation_id, integration_id,
             coalesce(error_code, 'unknown')
      FROM moved WHERE after = 'failed' AND before <> 'failed'
      ON CONFLICT DO NOTHING
    ), settled AS (
      DELETE FROM outbox o
      WHERE o.organization_id = %(organization_id)s AND o.message_id = ANY(%(ids)b::uuid[])
        AND (%(answered)s OR o.state = 'unknown')
    )
    SELECT message_id, conversation_id, integration_id, to_address, category, before, after,
           campaign_id, campaign_run, CASE WHEN first THEN provider_message_id END AS named
    FROM moved
"""


def apply_standings(
    organization_id: UUID, standings: list[Standing], *, answered: bool
) -> Query[Moved]:
    """Write what is known of messages; each id at most once. Rows come back for those found.

    `answered` says that the calls themselves were answered, so their outbox rows leave; a
    callback only removes a row whose call's outcome was unknown.
    """
    return Query(
        APPLY,
        {
            "organization_id": organization_id,
            "answered": answered,
            "ids": [s.message_id for s in standings],
            "statuses": [s.status for s in standings],
            "provider_ids": [s.provider_message_id for s in standings],
            "sent": [s.sent_at for s in standings],
            "delivered": [s.delivered_at for s in standings],
            "read": [s.read_at for s in standings],
            "failed": [s.failed_at for s in standings],
            "codes": [s.error_code for s in standings],
            "details": [s.error_detail for s in standings],
            "pricings": [None if s.pricing is None else Jsonb(s.pricing) for s in standings],
            "webhooks": [
                "{" + ",".join(map(str, s.webhook_ids)) + "}" if s.webhook_ids else None
                for s in standings
            ],
        },
        Moved,
    )


class Named(msgspec.Struct, frozen=True):
    """Which of our messages a provider's id stands for."""

    integration_id: UUID
    provider_message_id: str
    message_id: UUID


def select_named(
    organization_id: UUID, integration_ids: list[UUID], provider_ids: list[str]
) -> Query[Named]:
    """Our messages behind providers' ids, for callbacks without our own id and for quotes."""
    return Query(
        """
        SELECT p.integration_id, p.provider_message_id, p.message_id
        FROM (SELECT unnest(%(integrations)b::uuid[]) AS integration_id,
                     unnest(%(provider_ids)s::text[]) AS provider_message_id) x
        JOIN provider_message p
          ON p.organization_id = %(organization_id)s AND p.integration_id = x.integration_id
         AND p.provider_message_id = x.provider_message_id
        """,
        {
            "organization_id": organization_id,
            "integrations": integration_ids,
            "provider_ids": provider_ids,
        },
        Named,
    )


class WaitingStatus(msgspec.Struct, frozen=True):
    """A status whose message is not known yet; `detail` is the StatusUpdate as JSON."""

    integration_id: UUID
    provider_message_id: str
    status: str
    at: datetime
    detail: dict[str, Any]


def insert_waiting(organization_id: UUID, statuses: list[WaitingStatus]) -> Query[Nothing]:
    """Let statuses wait whose messages are not known yet."""
    return Query(
        """
        INSERT INTO message_status (organization_id, integration_id, provider_message_id, status,
                                    at, detail)
        SELECT %(organization_id)s, unnest(%(integrations)b::uuid[]),
               unnest(%(provider_ids)s::text[]), unnest(%(statuses)s::text[]),
               unnest(%(at)s::timestamptz[]), unnest(%(details)s::jsonb[])
        ON CONFLICT DO NOTHING
        """,
        {
            "organization_id": organization_id,
            "integrations": [each.integration_id for each in statuses],
            "provider_ids": [each.provider_message_id for each in statuses],
            "statuses": [each.status for each in statuses],
            "at": [each.at for each in statuses],
            "details": [Jsonb(each.detail) for each in statuses],
        },
        Nothing,
    )


def lock_waiting_rooms(
    organization_id: UUID, integration_ids: list[UUID], *, alone: list[bool]
) -> Query[Nothing]:
    """Enter the waiting rooms of these integrations, to the transaction's end.

    Who is alone in a room may let statuses wait there; who shares it keeps them from starting to.
    Taken in the order given, before any message is locked: give the integrations sorted.
    """
    return Query(
        """
        SELECT CASE WHEN x.alone THEN pg_advisory_xact_lock(hashtextextended(x.key, 0))
                    ELSE pg_advisory_xact_lock_shared(hashtextextended(x.key, 0)) END
        FROM (SELECT unnest(%(keys)s::text[]) AS key, unnest(%(alone)s::boolean[]) AS alone) x
        """,
        {
            "keys": [_waiting_room(organization_id, each) for each in integration_ids],
            "alone": alone,
        },
        Nothing,
    )


def _waiting_room(organization_id: UUID, integration_id: UUID) -> str:
    return f"waiting room {organization_id} {integration_id}"


class Waiting(msgspec.Struct, frozen=True):
    """A status that waited; `detail` is the StatusUpdate as JSON."""

    provider_message_id: str
    detail: dict[str, Any]


def take_waiting(
    organization_id: UUID, integration_id: UUID, provider_ids: list[str]
) -> Query[Waiting]:
    """Take the statuses that waited for these messages, which are known now."""
    return Query(
        """
        DELETE FROM message_status
        WHERE organization_id = %(organization_id)s AND integration_id = %(integration_id)s
          AND provider_message_id = ANY(%(provider_ids)s)
        RETURNING provider_message_id, detail
        """,
        {
            "organization_id": organization_id,
            "integration_id": integration_id,
            "provider_ids": provider_ids,
        },
        Waiting,
    )


def delete_waiting(before: datetime, limit: int) -> Query[Nothing]:
    """Housekeeping: drop statuses whose message never came, a bounded number at a time."""
    return Query(
        """
        DELETE FROM message_status WHERE ctid = ANY(ARRAY(
          SELECT ctid FROM message_status WHERE received_at < %(before)s LIMIT %(limit)s))
        """,
        {"before": before, "limit": limit},
        Nothing,
    )
