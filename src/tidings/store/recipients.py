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


class Neighbours(msgspec.Struct, frozen=True):
    """An account's other numbers: how many, and how many messages a second they may send."""

    numbers: int
    throughput: int


def select_neighbours(organization_id: UUID, account_id: str, *, but: UUID) -> Query[Neighbours]:
    """The other numbers of an account, in service or not: they may be at any time."""
    return Query(
        """
        SELECT count(*)::integer AS numbers, coalesce(sum(throughput), 0)::integer AS throughput
        FROM integration
        WHERE organization_id = %(organization_id)s AND account_id = %(account_id)s
          AND id <> %(but)s AND deleted_at IS NULL
        """,
        {"organization_id": organization_id, "account_id": account_id, "but": but},
        Neighbours,
    )


def lock_recipients(organization_id: UUID, account_id: str) -> Query[Nothing]:
    """Be alone in reserving places of an account, to the transaction's end."""
    return Query(
        "SELECT pg_advisory_xact_lock(hashtextextended(%(key)s, 0))",
        {"key": f"recipients {organization_id} {account_id}"},
        Nothing,
    )


class Admitted(msgspec.Struct, frozen=True):
    """A customer who may be messaged."""

    address: str


def reserve_recipients(
    organization_id: UUID, account_id: str, addresses: list[str], *, limit: int
) -> Query[Admitted]:
    """Admit customers in the order given: all who count already, and new ones while they fit.

    Callers hold lock_recipients(), taken by an earlier statement, so that this one sees what
    others reserved. `addresses` are distinct.
    """
    return Query(
        """
        WITH wanted AS MATERIALIZED (
          SELECT address, row_number() OVER () AS place
          FROM (SELECT unnest(%(addresses)s::text[]) AS address) x
        ), counted AS MATERIALIZED (
          SELECT address FROM recipient_day
          WHERE organization_id = %(organization_id)s AND account_id = %(account_id)s
            AND counted_at > now() - interval '24 hours'
          LIMIT %(limit)s
        ), new AS (
          SELECT address FROM wanted
          WHERE address NOT IN (SELECT address FROM counted)
          ORDER BY place LIMIT %(limit)s - (SELECT count(*) FROM counted)
        ), reserved AS (
          INSERT INTO recipient_day (organization_id, account_id, address, counted_at)
          SELECT %(organization_id)s, %(account_id)s, address, now() FROM new ORDER BY address
          ON CONFLICT (organization_id, account_id, address) DO UPDATE SET counted_at = now()
          RETURNING address
        )
        SELECT address FROM reserved
        UNION ALL
        SELECT address FROM wanted WHERE address IN (SELECT address FROM counted)
        """,
        {
            "organization_id": organization_id,
            "account_id": account_id,
            "addresses": addresses,
            "limit": limit,
        },
        Admitted,
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
