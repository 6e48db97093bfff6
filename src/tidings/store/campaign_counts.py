"""What campaigns came to: differences are inserted with the change, folded by minute, and summed.

The measures: laid_out, queued, sent, delivered, read, failed, unknown, retried, and
excluded:<reason> for each reason. A measure may fall again: a failed message may arrive after all.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec

from tidings.store.ids import new_id
from tidings.store.query import Nothing, Query

EXCLUDED = "excluded:"


class CampaignCount(msgspec.Struct, frozen=True):
    """What is counted together."""

    campaign_id: UUID
    run: int
    measure: str


Tally = Counter[CampaignCount]
NOTHING: Final[frozenset[str]] = frozenset()
COUNTED_AS: Final = {
    "sent": frozenset({"sent"}),
    "delivered": frozenset({"sent", "delivered"}),
    "read": frozenset({"sent", "delivered", "read"}),
    "failed": frozenset({"failed"}),
    "unknown": frozenset({"unknown"}),
}


def count_move(tally: Tally, campaign_id: UUID, run: int, *, before: str, after: str) -> None:
    """Count what one message's move from a delivery status to another means for its campaign."""
    was, now = COUNTED_AS.get(before, NOTHING), COUNTED_AS.get(after, NOTHING)
    for measure in now - was:
        tally[CampaignCount(campaign_id, run, measure)] += 1
    for measure in was - now:
        tally[CampaignCount(campaign_id, run, measure)] -= 1


def insert_campaign_deltas(organization_id: UUID, tally: Tally) -> Query[Nothing]:
    """Write a tally as differences, in the transaction of what it counts."""
    counted = [(key, amount) for key, amount in tally.items() if amount]
    return Query(
        """
        INSERT INTO campaign_delta (organization_id, id, campaign_id, run, measure, amount)
        SELECT %(organization_id)s, unnest(%(ids)b::uuid[]), unnest(%(campaigns)b::uuid[]),
               unnest(%(runs)s::smallint[]), unnest(%(measures)s::text[]),
               unnest(%(amounts)s::integer[])
        """,
        {
            "organization_id": organization_id,
            "ids": [new_id() for _ in counted],
            "campaigns": [key.campaign_id for key, _ in counted],
            "runs": [key.run for key, _ in counted],
            "measures": [key.measure for key, _ in counted],
            "amounts": [amount for _, amount in counted],
        },
        Nothing,
    )


def fold_campaign_deltas() -> Query[Nothing]:
    """Fold differences into the minutes' rows; two folders at once share them by SKIP LOCKED."""
    return Query(
        """
        WITH taken AS (
          DELETE FROM campaign_delta d USING (
            SELECT organization_id, id FROM campaign_delta ORDER BY organization_id, id
            LIMIT 20000 FOR UPDATE SKIP LOCKED) x
          WHERE d.organization_id = x.organization_id AND d.id = x.id
          RETURNING d.*
        )
        INSERT INTO campaign_minute (organization_id, campaign_id, run, minute, measure, amount)
        SELECT organization_id, campaign_id, run, date_trunc('minute', counted_at), measure,
               sum(amount)
        FROM taken GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5
        ON CONFLICT (organization_id, campaign_id, run, minute, measure)
        DO UPDATE SET amount = campaign_minute.amount + excluded.amount
        """,
        {},
        Nothing,
    )


class MeasureRow(msgspec.Struct, frozen=True):
    """One measure of a campaign's current run: in all, and of the last sixty seconds, about."""

    campaign_id: UUID
    measure: str
    total: int
    last_minute: float


SUMMED = """
    SELECT organization_id, campaign_id, run, minute, measure, amount FROM campaign_minute
    UNION ALL
    SELECT organization_id, campaign_id, run, date_trunc('minute', counted_at), measure, amount
    FROM campaign_delta
"""


def select_progress(organization_id: UUID, campaign_ids: list[UUID]) -> Query[MeasureRow]:
    """The measures of the current runs of campaigns, in one statement.

    The last minute is this one so far and the share of the one before that is not yet over. Of a
    run that began less than a minute ago, it is what a minute comes to at the pace since then.
    """
    return Query(
        f"""
        SELECT c.id AS campaign_id, m.measure, sum(m.amount)::bigint AS total,
               CASE WHEN c.started_at > now() - interval '1 minute'
                         AND min(m.minute) >= date_trunc('minute', c.started_at)
                 THEN sum(m.amount) * 60 / greatest(extract(epoch FROM now() - c.started_at), 1)
                 ELSE coalesce(sum(m.amount * CASE m.minute
                   WHEN date_trunc('minute', now()) THEN 1
                   WHEN date_trunc('minute', now()) - interval '1 minute'
                     THEN 1 - extract(second FROM now()) / 60 END), 0)
               END::float8 AS last_minute
        FROM campaign c
        JOIN ({SUMMED}) m ON m.organization_id = c.organization_id AND m.campaign_id = c.id
          AND m.run = c.run
        WHERE c.organization_id = %(organization_id)s AND c.id = ANY(%(ids)s)
          AND m.organization_id = %(organization_id)s AND m.campaign_id = ANY(%(ids)s)
        GROUP BY c.id, c.started_at, m.measure ORDER BY c.id, m.measure
        """,
        {"organization_id": organization_id, "ids": campaign_ids},
        MeasureRow,
    )


class Progress(msgspec.Struct, kw_only=True):
    """How far a campaign's run is. `excluded` by reason; `per_minute`: sent in the last minute.

    `laid_out` are all contacts of the run; `remaining` those whose turn is still to come.
    """

    laid_out: int = 0
    queued: int = 0
    sent: int = 0
    delivered: int = 0
    read: int = 0
    failed: int = 0
    unknown: int = 0
    retried: int = 0
    excluded: dict[str, int] = {}
    per_minute: float = 0.0

    @property
    def remaining(self) -> int:
        """Contacts that wait for their turn or are put off."""
        waiting = self.laid_out + self.retried - self.queued - sum(self.excluded.values())
        return max(waiting, 0)


def gather_progress(rows: Iterable[MeasureRow]) -> dict[UUID, Progress]:
    """The rows of select_progress by campaign; one of which nothing was counted is left out."""
    gathered: dict[UUID, Progress] = {}
    for row in rows:
        progress = gathered.setdefault(row.campaign_id, Progress())
        if row.measure.startswith(EXCLUDED):
            progress.excluded[row.measure.removeprefix(EXCLUDED)] = row.total
        else:
            setattr(progress, row.measure, row.total)
        if row.measure == "sent":
            progress.per_minute = row.last_minute
    return gathered


class MinuteRow(msgspec.Struct, frozen=True):
    """What one measure came to in one minute."""

    minute: datetime
    measure: str
    amount: int


def select_minutes(
    organization_id: UUID, campaign_id: UUID, *, run: int, since: datetime, until: datetime
) -> Query[MinuteRow]:
    """A run's measures minute by minute, oldest first; minutes without a change are left out."""
    return Query(
        f"""
        SELECT m.minute, m.measure, sum(m.amount)::bigint AS amount
        FROM ({SUMMED}) m
        WHERE m.organization_id = %(organization_id)s AND m.campaign_id = %(campaign_id)s
          AND m.run = %(run)s AND m.minute >= %(since)s AND m.minute < %(until)s
        GROUP BY m.minute, m.measure ORDER BY m.minute, m.measure
        """,
        {
            "organization_id": organization_id,
            "campaign_id": campaign_id,
            "run": run,
            "since": since,
            "until": until,
        },
        MinuteRow,
    )
