"""Where a received message belongs: the customer's window, and the conversation it continues."""

from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from tidings.store.query import Nothing, Query


class NewInbound(msgspec.Struct, frozen=True):
    """A provider's message id that was not known before."""

    provider_message_id: str


def claim_provider_ids(
    organization_id: UUID,
    integration_ids: list[UUID],
    provider_ids: list[str],
    *,
    message_ids: list[UUID],
) -> Query[NewInbound]:
    """Take providers' message ids; only those never seen come back, for ever."""
    return Query(
        """
        INSERT INTO provider_message (organization_id, integration_id, provider_message_id,
                                      message_id)
        SELECT %(organization_id)s, x.integration_id, x.provider_message_id, x.message_id
        FROM (SELECT unnest(%(integrations)b::uuid[]) AS integration_id,
                     unnest(%(provider_ids)s::text[]) AS provider_message_id,
                     unnest(%(messages)b::uuid[]) AS message_id) x
        ORDER BY x.integration_id, x.provider_message_id
        ON CONFLICT DO NOTHING
        RETURNING provider_message_id
        """,
        {
            "organization_id": organization_id,
            "integrations": integration_ids,
            "provider_ids": provider_ids,
            "messages": message_ids,
        },
        NewInbound,
    )


class Thread(msgspec.Struct, frozen=True):
    """The conversation that a customer's message on a number continues."""

    integration_id: UUID
    customer_id: UUID
    conversation_id: UUID
    state: str


def select_threads(
    organization_id: UUID,
    integration_ids: list[UUID],
    customer_ids: list[UUID],
    *,
    within: list[timedelta],
) -> Query[Thread]:
    """The latest conversation of each customer on each number, if it is open or young enough.

    Lists go by place; `within` is for how long the number continues what had ended.
    """
    return Query(
        """
        SELECT x.integration_id, x.customer_id, c.id AS conversation_id, c.state
        FROM (SELECT DISTINCT integration_id, customer_id, within FROM (
                SELECT unnest(%(integrations)b::uuid[]) AS integration_id,
                       unnest(%(customers)b::uuid[]) AS customer_id,
                       unnest(%(within)s::interval[]) AS within) p) x
        CROSS JOIN LATERAL (
          SELECT id, state, last_message_at FROM conversation
          WHERE organization_id = %(organization_id)s AND customer_id = x.customer_id
            AND integration_id = x.integration_id
          ORDER BY id DESC LIMIT 1) c
        WHERE c.state <> 'disconnected' OR c.last_message_at > now() - x.within
        """,
        {
            "organization_id": organization_id,
            "integrations": integration_ids,
            "customers": customer_ids,
            "within": within,
        },
        Thread,
    )


class Opening(msgspec.Struct, frozen=True):
    """A customer wrote to a number at this time, which opens the service window."""

    integration_id: UUID
    customer_id: UUID
    at: datetime


def open_windows(organization_id: UUID, openings: list[Opening]) -> Query[Nothing]:
    """Open the customer-service windows; an older message never moves one back."""
    latest: dict[tuple[UUID, UUID], datetime] = {}
    for each in openings:
        key = (each.integration_id, each.customer_id)
        latest[key] = max(each.at, latest.get(key, each.at))
    rows = sorted(latest.items())
    return Query(
        """
        INSERT INTO service_window (organization_id, integration_id, customer_id,
                                    last_inbound_at)
        SELECT %(organization_id)s, unnest(%(integrations)b::uuid[]),
               unnest(%(customers)b::uuid[]), unnest(%(at)s::timestamptz[])
        ON CONFLICT (organization_id, integration_id, customer_id) DO UPDATE
        SET last_inbound_at = greatest(service_window.last_inbound_at, excluded.last_inbound_at)
        """,
        {
            "organization_id": organization_id,
            "integrations": [key[0] for key, _ in rows],
            "customers": [key[1] for key, _ in rows],
            "at": [at for _, at in rows],
        },
        Nothing,
    )


def change_body(
    organization_id: UUID, integration_id: UUID, *, provider_message_id: str, body: str, status: str
) -> Query[Nothing]:
    """Apply a customer's edit, or (status `removed`) take a revoked message's content away.

    Of a revoked message its edits lose their content too: they repeat it.
    """
    return Query(
        """
        WITH changed AS (
          UPDATE message m
          SET body = %(body)s, status = %(status)s,
              content = CASE WHEN %(status)s = 'removed' THEN '{}'::jsonb ELSE m.content END
          FROM provider_message p
          WHERE p.organization_id = %(organization_id)s AND p.integration_id = %(integration_id)s
            AND p.provider_message_id = %(provider_message_id)s
            AND m.organization_id = p.organization_id AND m.id = p.message_id
            AND m.direction = 'inbound'
          RETURNING m.conversation_id
        )
        UPDATE message e SET body = '', status = %(status)s, content = '{}'::jsonb
        FROM changed c
        WHERE e.organization_id = %(organization_id)s AND e.conversation_id = c.conversation_id
          AND %(status)s = 'removed' AND e.kind = 'edit'
          AND e.content -> 'content' ->> 'original_message_id' = %(provider_message_id)s
        """,
        {
            "organization_id": organization_id,
            "integration_id": integration_id,
            "provider_message_id": provider_message_id,
            "body": body,
            "status": status,
        },
        Nothing,
    )
