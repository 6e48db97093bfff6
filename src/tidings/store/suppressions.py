"""Suppressions: numbers learnt not to be on the channel, left alone for a time (A7)."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from tidings.domain.addresses import match_keys
from tidings.store.consents import CHANNEL, end_of_prefix
from tidings.store.query import Query


class SuppressionRow(msgspec.Struct, frozen=True):
    """A number that is not tried before `until_at`; `code` is the refusal that taught us."""

    address: str
    code: str
    learnt_at: datetime
    until_at: datetime


def upsert_suppressions(
    organization_id: UUID, rows: Sequence[SuppressionRow]
) -> Query[SuppressionRow]:
    """Remember numbers, each at most once in `rows`; what was learnt last counts.

    Rows are locked by address, so that two batches meet in the same order.
    """
    return Query(
        """
        INSERT INTO suppression (organization_id, channel, address, code, learnt_at, until_at)
        SELECT %(organization_id)s, %(channel)s, x.address, x.code, x.learnt_at, x.until_at
        FROM (SELECT unnest(%(addresses)s::text[]) AS address, unnest(%(codes)s::text[]) AS code,
                     unnest(%(learnt)s::timestamptz[]) AS learnt_at,
                     unnest(%(until)s::timestamptz[]) AS until_at) x
        ORDER BY x.address
        ON CONFLICT (organization_id, channel, address) DO UPDATE
        SET code = excluded.code, learnt_at = excluded.learnt_at, until_at = excluded.until_at
        WHERE excluded.learnt_at >= suppression.learnt_at
        RETURNING address, code, learnt_at, until_at
        """,
        {
            "organization_id": organization_id,
            "channel": CHANNEL,
            "addresses": [row.address for row in rows],
            "codes": [row.code for row in rows],
            "learnt": [row.learnt_at for row in rows],
            "until": [row.until_at for row in rows],
        },
        SuppressionRow,
    )


def select_suppression_page(
    organization_id: UUID, *, prefixes: Sequence[str], after: str, now: datetime, limit: int
) -> Query[SuppressionRow]:
    """A page of suppressions in force by address, of numbers that begin with a prefix."""
    return Query(
        """
        SELECT address, code, learnt_at, until_at FROM suppression
        WHERE organization_id = %(organization_id)s AND channel = %(channel)s
          AND until_at > %(now)s
          AND address > %(after)s
          AND EXISTS (
            SELECT FROM (SELECT unnest(%(froms)s::text[]) AS low,
                                unnest(%(tills)s::text[]) AS high) x
            WHERE address >= x.low AND address < x.high)
        ORDER BY address
        LIMIT %(limit)s
        """,
        {
            "organization_id": organization_id,
            "channel": CHANNEL,
            "after": after,
            "froms": list(prefixes),
            "tills": [end_of_prefix(prefix) for prefix in prefixes],
            "now": now,
            "limit": limit,
        },
        SuppressionRow,
    )


def delete_suppressions(organization_id: UUID, phone: str) -> Query[SuppressionRow]:
    """Forget what was learnt of a number, under all its forms; gives what there was."""
    return Query(
        """
        DELETE FROM suppression
        WHERE organization_id = %(organization_id)s AND channel = %(channel)s
          AND address = ANY(%(addresses)s)
        RETURNING address, code, learnt_at, until_at
        """,
        {
            "organization_id": organization_id,
            "channel": CHANNEL,
            "addresses": list(match_keys(phone)),
        },
        SuppressionRow,
    )


def delete_expired_suppressions(*, now: datetime, limit: int) -> Query[SuppressionRow]:
    """Housekeeping: drop suppressions that are over, a bounded number at a time."""
    return Query(
        """
        DELETE FROM suppression WHERE (organization_id, channel, address) IN (
          SELECT organization_id, channel, address FROM suppression
          WHERE until_at <= %(now)s LIMIT %(limit)s)
        RETURNING address, code, learnt_at, until_at
        """,
        {"now": now, "limit": limit},
        SuppressionRow,
    )
