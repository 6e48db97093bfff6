"""The loop that starts and stops campaigns by their schedules."""

import asyncio

from tidings.actions.campaign_schedules import run_due_schedule
from tidings.engine.work_loop import work_loop
from tidings.store.database import Database

PAUSE_SECONDS = 1.0


async def schedule_loop(database: Database, stop: asyncio.Event) -> None:
    """Do what is due, each thing in its own transaction, until told to stop."""
    await work_loop(lambda: run_one(database), stop, work="schedules", poll_seconds=PAUSE_SECONDS)


async def run_one(database: Database) -> bool:
    """Do the one thing that has been due for the longest; False when nothing is."""
    async with database.transaction() as connection:
        return await run_due_schedule(connection)
