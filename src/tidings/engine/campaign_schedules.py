"""The loop that starts and stops campaigns by their schedules."""

import asyncio
import contextlib

import structlog

from tidings.actions.campaign_schedules import run_due_schedule
from tidings.store.database import UNAVAILABLE, Database

log = structlog.get_logger()
PAUSE_SECONDS = 1.0


async def schedule_loop(database: Database, stop: asyncio.Event) -> None:
    """Do what is due, each thing in its own transaction, until told to stop."""
    while not stop.is_set():
        try:
            while not stop.is_set() and await run_one(database):
                pass
        except UNAVAILABLE as error:
            log.warning("schedules.wait_for_database", error=type(error).__name__)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), PAUSE_SECONDS)


async def run_one(database: Database) -> bool:
    """Do the one thing that has been due for the longest; False when nothing is."""
    async with database.transaction() as connection:
        return await run_due_schedule(connection)
