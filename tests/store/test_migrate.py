"""Changing the schema of a database that is in use: waited for, but never stopping its users."""

import asyncio
from datetime import timedelta

import pytest

from tests.sending import Sending, eventually
from tidings.store.database import Database, SchemaLocked
from tidings.store.migrate import migrate, newest_revision

SHORT = timedelta(milliseconds=50)
LOCK = "LOCK TABLE alembic_version IN ACCESS EXCLUSIVE MODE"


async def test_a_table_in_use_is_tried_again_until_it_is_free(
    database: Database, database_url: str, sending: Sending
) -> None:
    async def waits() -> bool:
        return bool(await sending.rows("SELECT 1 FROM pg_locks WHERE NOT granted"))

    async with database.transaction() as connection:
        await connection.execute(LOCK)
        run = asyncio.to_thread(migrate, database_url, lock_wait=SHORT, pause=SHORT, tries=200)
        migration = asyncio.create_task(run)
        for _ in range(2):
            await eventually(waits)

    assert await migration == newest_revision()


async def test_a_table_that_stays_in_use_is_told_with_what_to_do(
    database: Database, database_url: str
) -> None:
    async with database.transaction() as connection:
        await connection.execute(LOCK)
        with pytest.raises(SchemaLocked, match=r"in each of 2 tries.*tidings migrate again"):
            await asyncio.to_thread(migrate, database_url, lock_wait=SHORT, pause=SHORT, tries=2)

    assert await asyncio.to_thread(migrate, database_url) == newest_revision()
