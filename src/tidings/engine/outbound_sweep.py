"""What expires of lists and campaigns: do-not-contact entries, events, rejects, exports, runs."""

from datetime import datetime, timedelta

from tidings.settings import Settings
from tidings.store.campaign_leftovers import (
    TABLES,
    delete_leftover,
    delete_rows,
    put_leftover_off,
    select_leftover,
)
from tidings.store.database import Database
from tidings.store.dnc_entries import delete_expired_entries
from tidings.store.exports import delete_expired_exports, delete_export_chunks
from tidings.store.import_files import delete_old_rejects, note_dropped_rejects
from tidings.store.outbound_events import delete_old_outbound_events
from tidings.store.query import execute, fetch, fetch_optional

AT_A_TIME = 10_000
EXPORTS_AT_A_TIME = 10
# So many statements of AT_A_TIME rows are spent on runs that are over, at most; more than there
# are tables, so that each sweep comes further.
MOST_STEPS = 50
LOOK_AGAIN = timedelta(days=1)
# Nothing comes of a message after so long.
FORGET_AFTER = timedelta(days=35)


async def sweep_outbound(database: Database, settings: Settings, now: datetime) -> None:
    """Drop what has expired, some at a time, each in a transaction of its own."""
    before = now - timedelta(days=settings.event_days)
    async with database.connection() as connection:
        await execute(connection, delete_expired_entries(now, AT_A_TIME))
        await execute(connection, delete_old_outbound_events(before, AT_A_TIME))
        ended = now - timedelta(days=settings.import_reject_days)
        await execute(connection, delete_old_rejects(ended, AT_A_TIME))
        await execute(connection, note_dropped_rejects(ended, AT_A_TIME))
    async with database.transaction() as connection:
        for gone in await fetch(connection, delete_expired_exports(EXPORTS_AT_A_TIME)):
            await execute(connection, delete_export_chunks(gone.organization_id, gone.id))
    steps = MOST_STEPS
    while steps > 0 and (spent := await _drop_rows(database, now, steps)):
        steps -= spent


async def _drop_rows(database: Database, now: datetime, most: int) -> int:
    """Drop rows of one run that is over; gives how many statements that took, 0 without any.

    Each statement is a transaction of its own, so that none is long; another worker that meets
    the same run meanwhile only finds fewer rows.
    """
    async with database.connection() as connection:
        left = await fetch_optional(connection, select_leftover(now))
        if left is None:
            return 0
        spent = 0
        for table in TABLES:
            dropped = AT_A_TIME
            while dropped == AT_A_TIME:
                if spent == most:
                    return spent
                dropped = await execute(connection, delete_rows(left, table, limit=AT_A_TIME))
                spent += 1
        await execute(connection, put_leftover_off(left, due_at=now + LOOK_AGAIN))
        await execute(connection, delete_leftover(left, noted_before=now - FORGET_AFTER))
        return spent
