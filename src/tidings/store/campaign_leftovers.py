"""What is left of runs that are over for good: of deleted campaigns, and of those recycled.

The rows of a run may be a million, so nobody's request deletes them: it notes that they are left,
and housekeeping drops them by and by.
"""

from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec

from tidings.store.query import Nothing, Query

EVERY_RUN: Final = 32_767
# The tables of a run, each with what tells its rows apart behind organization, campaign and run.
TABLES: Final = {
    "campaign_put_off": ("due_at", "sequence"),
    "campaign_exclusion": ("reason", "sequence"),
    "campaign_address": ("key",),
    "campaign_minute": ("minute", "measure"),
    "campaign_contact": ("sequence",),
}


class Leftover(msgspec.Struct, frozen=True):
    """Runs of a campaign, up to this one, whose rows are to be dropped."""

    organization_id: UUID
    campaign_id: UUID
    run: int


def insert_leftover(organization_id: UUID, campaign_id: UUID, *, run: int) -> Query[Nothing]:
    """Note that the rows of a campaign's runs up to this one are left."""
    return Query(
        """
        INSERT INTO campaign_leftover AS l (organization_id, campaign_id, run)
        VALUES (%(organization_id)s, %(campaign_id)s, %(run)s)
        ON CONFLICT (organization_id, campaign_id) DO UPDATE
        SET run = greatest(l.run, excluded.run), noted_at = now(), due_at = now()
        """,
        {"organization_id": organization_id, "campaign_id": campaign_id, "run": run},
        Nothing,
    )


def select_leftover(now: datetime) -> Query[Leftover]:
    """The leftover that is due for longest, over all organizations."""
    return Query(
        """
        SELECT organization_id, campaign_id, run FROM campaign_leftover
        WHERE due_at <= %(now)s ORDER BY due_at LIMIT 1
        """,
        {"now": now},
        Leftover,
    )


def delete_rows(left: Leftover, table: str, *, limit: int) -> Query[Nothing]:
    """Drop some rows of a leftover from one of TABLES."""
    key = ", ".join(("organization_id", "campaign_id", "run", *TABLES[table]))
    return Query(
        f"""
        DELETE FROM {table} WHERE organization_id = %(organization_id)s AND ({key}) IN (
          SELECT {key} FROM {table}
          WHERE organization_id = %(organization_id)s AND campaign_id = %(campaign_id)s
            AND run <= %(run)s
          LIMIT %(limit)s)
        """,
        {**msgspec.structs.asdict(left), "limit": limit},
        Nothing,
    )


def put_leftover_off(left: Leftover, *, due_at: datetime) -> Query[Nothing]:
    """Look again later: what is still on its way at the provider may be counted yet."""
    return Query(
        """
        UPDATE campaign_leftover SET due_at = %(due_at)s
        WHERE organization_id = %(organization_id)s AND campaign_id = %(campaign_id)s
        """,
        {
            "organization_id": left.organization_id,
            "campaign_id": left.campaign_id,
            "due_at": due_at,
        },
        Nothing,
    )


def delete_leftover(left: Leftover, *, noted_before: datetime) -> Query[Nothing]:
    """Forget a leftover that was noted so long ago that nothing can come any more."""
    return Query(
        """
        DELETE FROM campaign_leftover
        WHERE organization_id = %(organization_id)s AND campaign_id = %(campaign_id)s
          AND noted_at < %(noted_before)s
        """,
        {
            "organization_id": left.organization_id,
            "campaign_id": left.campaign_id,
            "noted_before": noted_before,
        },
        Nothing,
    )
