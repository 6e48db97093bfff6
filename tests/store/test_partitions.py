"""Journals are cut by the day: coming days are prepared, old ones go."""

import asyncio
from datetime import UTC, date, datetime, timedelta

import pytest

from tidings.store.database import Database
from tidings.store.ids import id_at, new_id
from tidings.store.partitions import drop_partitions, ensure_partitions

TODAY = datetime.now(UTC).date()


async def write(database: Database, day: date) -> None:
    at = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    async with database.connection() as connection:
        await connection.execute(
            "INSERT INTO inbox (id, provider, organization_id, body) VALUES (%s, 'x', %s, '')",
            [id_at(at), new_id()],
        )


async def days(database: Database) -> dict[str, int]:
    """Rows by partition."""
    async with database.connection() as connection:
        cursor = await connection.execute(
            "SELECT tableoid::regclass::text, count(*) FROM inbox GROUP BY 1"
        )
        return dict(await cursor.fetchall())


async def partitions(database: Database) -> set[str]:
    async with database.connection() as connection:
        cursor = await connection.execute(
            "SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid"
            " WHERE i.inhparent = 'inbox'::regclass"
        )
        return {row[0] for row in await cursor.fetchall()}


async def cut(database: Database, *, today: date = TODAY, ahead: int = 3) -> None:
    async with database.transaction() as connection:
        await ensure_partitions(connection, "inbox", today=today, ahead=ahead)


async def test_coming_days_get_their_partition_and_rows_find_it(database: Database) -> None:
    await cut(database)
    tomorrow = TODAY + timedelta(days=1)
    before = await days(database)
    await write(database, TODAY)
    await write(database, tomorrow)

    found = await days(database)
    assert found.pop(f"inbox_{tomorrow:%Y%m%d}") == 1
    assert found.pop("inbox_default") == before.pop("inbox_default", 0) + 1
    assert found == before


async def test_workers_that_cut_at_once_do_it_once(database: Database) -> None:
    await asyncio.gather(*(cut(database, ahead=9) for _ in range(6)))

    names = {f"inbox_{TODAY + timedelta(days=n):%Y%m%d}" for n in range(1, 10)}
    assert names <= await partitions(database)


async def test_every_day_in_turn_stays_covered(database: Database) -> None:
    for n in range(20, 30):
        await cut(database, today=TODAY + timedelta(days=n))
    await write(database, TODAY + timedelta(days=31))

    assert (await days(database))[f"inbox_{TODAY + timedelta(days=31):%Y%m%d}"] == 1


async def test_old_days_are_dropped_whole_and_from_the_default(database: Database) -> None:
    long_ago = TODAY - timedelta(days=40)
    await write(database, long_ago)
    await cut(database, today=TODAY + timedelta(days=40))
    kept = TODAY + timedelta(days=42)
    await write(database, kept)

    async with database.transaction() as connection:
        dropped = await drop_partitions(connection, "inbox", before=kept)

    assert dropped > 0
    assert await days(database) == {f"inbox_{kept:%Y%m%d}": 1}
    assert min(await partitions(database) - {"inbox_default"}) == f"inbox_{kept:%Y%m%d}"


@pytest.mark.parametrize("table", ["inbox", "event", "exchange"])
async def test_a_day_that_is_still_kept_is_not_touched(database: Database, table: str) -> None:
    async with database.transaction() as connection:
        await ensure_partitions(connection, table, today=TODAY + timedelta(days=60), ahead=3)
        assert await drop_partitions(connection, table, before=TODAY - timedelta(days=14)) == 0
