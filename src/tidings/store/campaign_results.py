"""What became of each contact of a campaign's run, walked by keyset.

Contacts are walked in bounded windows along one index and each is tested by look-ups of its own
rows, as with interactions: a page may hold fewer rows than asked for and goes on after the last.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

import msgspec

from tidings.store.campaigns import CampaignRow
from tidings.store.query import Count, Query

MOST_COUNTED: Final = 100_000


class ResultSource(StrEnum):
    """Where candidates come from; each is an index in the order of its keys.

    POSITION: all contacts of the run as they stand in the list. EXCLUSION: those excluded for a
    reason. FAILURE: messages that failed, the newest first.
    """

    POSITION = "position"
    EXCLUSION = "exclusion"
    FAILURE = "failure"


class ResultFilter(msgspec.Struct, frozen=True):
    """Which contacts; None asks for nothing. `statuses` are delivery statuses."""

    state: str | None = None
    reason: str | None = None
    statuses: tuple[str, ...] = ()

    @property
    def source(self) -> ResultSource:
        """The most selective index that holds every contact that fits."""
        if self.reason is not None:
            return ResultSource.EXCLUSION
        if self.statuses == ("failed",):
            return ResultSource.FAILURE
        return ResultSource.POSITION


class ResultRow(msgspec.Struct, frozen=True):
    """A contact of a run with its message, if one was written. `key`: where the walk goes on.

    `contact_id` is absent when the contact was deleted since. Without `fits` the row is no
    result: it is the last candidate of the window, and `place` says how many there were.
    """

    key: str
    place: int
    fits: bool
    sequence: int
    position: int
    state: str
    reason: str | None
    attempt: int
    changed_at: datetime
    contact_id: str | None
    address: str | None
    message_id: UUID | None
    conversation_id: UUID | None
    status: str | None
    error_code: str | None
    error_detail: str | None
    queued_at: datetime | None
    sent_at: datetime | None
    delivered_at: datetime | None
    read_at: datetime | None
    failed_at: datetime | None


COLUMNS: Final = ", ".join(field.name for field in msgspec.structs.fields(ResultRow))
RUN: Final = """
    {table}.organization_id = %(organization_id)s AND {table}.campaign_id = %(campaign_id)s
    AND {table}.run = %(run)s
"""
CANDIDATES: Final = {
    ResultSource.POSITION: f"""
        SELECT r.position::text AS key, r.sequence, row_number() OVER (ORDER BY r.position) AS place
        FROM campaign_contact r
        WHERE {RUN.format(table="r")} AND r.position > coalesce(%(after)s::bigint, 0)
        ORDER BY r.position LIMIT %(most)s
    """,
    ResultSource.EXCLUSION: f"""
        SELECT e.sequence::text AS key, e.sequence, row_number() OVER (ORDER BY e.sequence) AS place
        FROM campaign_exclusion e
        WHERE {RUN.format(table="e")} AND e.reason = %(reason)s
          AND e.sequence > coalesce(%(after)s::bigint, -9223372036854775808)
        ORDER BY e.sequence LIMIT %(most)s
    """,
    ResultSource.FAILURE: f"""
        SELECT f.message_id::text AS key,
               (SELECT r.sequence FROM message m
                JOIN contact c ON c.organization_id = m.organization_id
                  AND c.list_id = %(list_id)s AND c.id = m.contact_id
                JOIN campaign_contact r ON {RUN.format(table="r")} AND r.position = c.position
                WHERE m.organization_id = %(organization_id)s AND m.id = f.message_id
                  AND m.campaign_id = %(campaign_id)s AND m.campaign_run = %(run)s
                  AND r.message_id = m.id) AS sequence,
               row_number() OVER (ORDER BY f.message_id DESC) AS place
        FROM (SELECT message_id FROM message_failure
              WHERE organization_id = %(organization_id)s
                AND message_id < coalesce(%(after)s::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff')
                AND message_id > %(campaign_id)s
              ORDER BY message_id DESC LIMIT %(most)s) f
    """,
}
# Contacts and messages are looked up of rows of the window only.
RESULT: Final = """
    SELECT w.key, w.place, coalesce({fits}, false) AS fits, coalesce(r.sequence, 0) AS sequence,
           coalesce(r.position, 0) AS position, coalesce(r.state, '') AS state, r.reason,
           coalesce(r.attempt, 0) AS attempt, coalesce(r.changed_at, now()) AS changed_at,
           c.id AS contact_id, coalesce(m.to_address, c.values[%(address_column)s]) AS address,
           m.id AS message_id, m.conversation_id, m.status, m.error_code, m.error_detail,
           m.created_at AS queued_at, m.sent_at, m.delivered_at, m.read_at, m.failed_at
    FROM walked w
    LEFT JOIN campaign_contact r ON r.organization_id = %(organization_id)s
      AND r.campaign_id = %(campaign_id)s AND r.run = %(run)s AND r.sequence = w.sequence
    LEFT JOIN contact c ON c.organization_id = %(organization_id)s AND c.list_id = %(list_id)s
      AND c.position = r.position
    LEFT JOIN message m ON m.organization_id = %(organization_id)s AND m.id = r.message_id
"""


class Run(msgspec.Struct, frozen=True):
    """Whose results: a run of a campaign, its list, and the place of the address column, from 1."""

    campaign_id: UUID
    run: int
    list_id: UUID
    address_column: int


def run_of(campaign: CampaignRow) -> Run:
    """Whose results: the campaign's current run."""
    place = campaign.list_columns.index(campaign.whatsapp_column) + 1
    return Run(campaign.id, campaign.run, campaign.list_id, place)


def select_results(
    organization_id: UUID,
    run: Run,
    wanted: ResultFilter,
    *,
    after: str | None,
    limit: int,
    most: int,
) -> Query[ResultRow]:
    """The contacts of a run that fit, among the next `most`, at most `limit` of them.

    When fewer fit, a last row that does not fit tells how far the walk came.
    """
    return Query(
        f"""
        WITH walked AS MATERIALIZED ({CANDIDATES[wanted.source]}),
        judged AS MATERIALIZED ({RESULT.format(fits=_fits(wanted))})
        (SELECT {COLUMNS} FROM judged WHERE fits ORDER BY place LIMIT %(limit)s)
        UNION ALL
        (SELECT {COLUMNS.replace("fits", "false AS fits")} FROM judged
         WHERE (SELECT count(*) FROM judged WHERE fits) < %(limit)s
         ORDER BY place DESC LIMIT 1)
        """,
        _params(organization_id, run, wanted) | {"after": after, "limit": limit, "most": most},
        ResultRow,
    )


def find_result(organization_id: UUID, run: Run, contact_id: str) -> Query[ResultRow]:
    """The contact of a run with this id, found by an index."""
    params = {"contact_id": contact_id, "limit": 1}
    return _find(organization_id, run, "x.id = %(contact_id)s", params)


def find_results(
    organization_id: UUID, run: Run, *, forms: list[str], limit: int
) -> Query[ResultRow]:
    """Contacts of a run whose whole address is one of these forms.

    The list is read once, a second or so for a million contacts: give the transaction a limit.
    """
    params = {"forms": forms, "limit": limit}
    return _find(organization_id, run, "x.values[%(address_column)s] = ANY(%(forms)s)", params)


def _find(
    organization_id: UUID, run: Run, condition: str, params: dict[str, Any]
) -> Query[ResultRow]:
    return Query(
        f"""
        WITH walked AS MATERIALIZED (
          SELECT r.position::text AS key, r.sequence,
                 row_number() OVER (ORDER BY r.position) AS place
          FROM contact x
          JOIN campaign_contact r ON {RUN.format(table="r")} AND r.position = x.position
          WHERE x.organization_id = %(organization_id)s AND x.list_id = %(list_id)s
            AND {condition}
          LIMIT %(limit)s
        )
        {RESULT.format(fits="true")} ORDER BY r.position
        """,
        _params(organization_id, run, ResultFilter()) | params,
        ResultRow,
    )


def _fits(wanted: ResultFilter) -> str:
    parts = ["r.sequence IS NOT NULL"]
    if wanted.state is not None:
        parts.append("r.state = %(state)s")
    if wanted.reason is not None:
        parts.append("r.reason = %(reason)s")
    if wanted.statuses:
        parts.append("m.status = ANY(%(statuses)s)")
    return f"({' AND '.join(parts)})"


def _params(organization_id: UUID, run: Run, wanted: ResultFilter) -> dict[str, Any]:
    return {
        "organization_id": organization_id,
        **msgspec.structs.asdict(run),
        "state": wanted.state,
        "reason": wanted.reason,
        "statuses": list(wanted.statuses),
    }


def count_put_off(organization_id: UUID, campaign_id: UUID, *, run: int) -> Query[Count]:
    """How many contacts of a run are put off until later, counted to 100,000."""
    return Query(
        f"""
        SELECT count(*) AS count FROM (
          SELECT 1 FROM campaign_put_off p WHERE {RUN.format(table="p")} LIMIT {MOST_COUNTED}) x
        """,
        {"organization_id": organization_id, "campaign_id": campaign_id, "run": run},
        Count,
    )
