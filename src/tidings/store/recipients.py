"""Unique customers of an account within 24 hours, against the limit that the provider sets (W6)."""

from datetime import datetime
from uuid import UUID

import msgspec

from tidings.store.query import Nothing, Query


class Recipient(msgspec.Struct, frozen=True):
    """A customer who counts against the account's limit since this moment."""

    address: str
    counted_at: datetime


def select_recipients(organization_id: UUID, account_id: str, *, limit: int) -> Query[Recipient]:
    """Who was messaged outside the service window in the last 24 hours, the latest first."""
    return Query(
        """
        SELECT address, counted_at FROM recipient_day
        WHERE organization_id = %(organization_id)s AND account_id = %(account_id)s
          AND counted_at > now() - interval '24 hours'
        ORDER BY counted_at DESC LIMIT %(limit)s
        """,
        {"organization_id": organization_id, "account_id": account_id, "limit": limit},
        Recipient,
    )


def upsert_recipients(
    organization_id: UUID, account_id: str, addresses: list[str]
) -> Query[Nothing]:
    """Count customers who were messaged just now, in the order of their addresses."""
    return Query(
        """
        INSERT INTO recipient_day (organization_id, account_id, address, counted_at)
        SELECT %(organization_id)s, %(account_id)s, x.address, now()
        FROM (SELECT unnest(%(addresses)s::text[]) AS address) x ORDER BY x.address
        ON CONFLICT (organization_id, account_id, address) DO UPDATE SET counted_at = now()
        """,
        {
            "organization_id": organization_id,
            "account_id": account_id,
            "addresses": sorted(set(addresses)),
        },
        Nothing,
    )


def delete_old_recipients(limit: int) -> Query[Nothing]:
    """Housekeeping: drop customers who do not count any more, a bounded number at a time."""
    return Query(
        """
        DELETE FROM recipient_day WHERE (organization_id, account_id, address) IN (
          SELECT organization_id, account_id, address FROM recipient_day
          WHERE counted_at < now() - interval '25 hours' LIMIT %(limit)s)
        """,
        {"limit": limit},
        Nothing,
    )
