"""What expires of lists and campaigns: entries of do-not-contact lists, events, exports."""

from datetime import datetime, timedelta

from tidings.settings import Settings
from tidings.store.database import Database
from tidings.store.dnc_entries import delete_expired_entries
from tidings.store.exports import delete_expired_exports, delete_export_chunks
from tidings.store.outbound_events import delete_old_outbound_events
from tidings.store.query import execute, fetch

AT_A_TIME = 10_000
EXPORTS_AT_A_TIME = 10


async def sweep_outbound(database: Database, settings: Settings, now: datetime) -> None:
    """Drop what has expired, some at a time, each in a transaction of its own."""
    before = now - timedelta(days=settings.event_days)
    async with database.connection() as connection:
        await execute(connection, delete_expired_entries(now, AT_A_TIME))
        await execute(connection, delete_old_outbound_events(before, AT_A_TIME))
    async with database.transaction() as connection:
        for gone in await fetch(connection, delete_expired_exports(EXPORTS_AT_A_TIME)):
            await execute(connection, delete_export_chunks(gone.organization_id, gone.id))
