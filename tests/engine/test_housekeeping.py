"""What must be done now and then is done, by several workers at once if need be."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.sending import Line, Sending, eventually
from tidings.engine.housekeeping import housekeeping_loop
from tidings.settings import Settings
from tidings.store.database import Database
from tidings.store.ids import id_at
from tidings.store.query import execute
from tidings.store.usage import Usage, fold_usage, insert_usage

LONG_AGO = datetime.now(UTC) - timedelta(days=60)


async def count_usage(database: Database, line: Line, times: int) -> None:
    for _ in range(times):
        usage = Usage()
        today = datetime.now(UTC).date()
        usage.of(line.integration_id, day=today, category="utility", country="DE").messages += 1
        async with database.connection() as connection:
            await execute(connection, insert_usage(line.organization.id, usage))


async def folded(sending: Sending, line: Line) -> tuple[Any, ...]:
    rows = await sending.rows(
        "SELECT (SELECT coalesce(sum(messages), 0)::int FROM usage_day WHERE integration_id = %s),"
        " (SELECT count(*)::int FROM usage_delta WHERE integration_id = %s)",
        line.integration_id,
        line.integration_id,
    )
    return rows[0]


async def test_counters_are_folded_and_none_is_counted_twice(
    database: Database, sending: Sending, line: Line
) -> None:
    await count_usage(database, line, 60)

    async def fold() -> None:
        async with database.connection() as connection:
            await execute(connection, fold_usage())

    await asyncio.gather(*(fold() for _ in range(4)), count_usage(database, line, 40))
    await fold()

    assert await folded(sending, line) == (100, 0)


async def write_rows(sending: Sending, line: Line) -> None:
    """An old row and a young one in the journals, an expired key and a valid one."""
    organization_id = line.organization.id
    young = id_at(datetime.now(UTC))
    for at in (id_at(LONG_AGO), young):
        await sending.rows(
            "INSERT INTO inbox (id, provider, organization_id, body) VALUES (%s, 'x', %s, '')",
            at,
            organization_id,
        )
        await sending.rows(
            "INSERT INTO event (organization_id, id, kind, body) VALUES (%s, %s, 'x', '{}')",
            organization_id,
            at,
        )
    for key, expires in (("old", "-1 s"), ("new", "1 hour")):
        await sending.rows(
            "INSERT INTO idempotency (organization_id, subject_id, key, request_hash, expires_at)"
            " VALUES (%s, %s, %s, '', now() + %s::interval)",
            organization_id,
            line.integration_id,
            key,
            expires,
        )


async def test_old_rows_go_young_ones_stay_and_coming_days_are_prepared(
    database: Database, sending: Sending, line: Line, settings: Settings
) -> None:
    await write_rows(sending, line)
    today = datetime.now(UTC)
    coming = {f"inbox_{today + timedelta(days=n):%Y%m%d}" for n in (1, 2, 3)}
    stop = asyncio.Event()
    tasks = [asyncio.create_task(housekeeping_loop(database, settings, stop)) for _ in range(2)]

    async def kept() -> bool:
        rows = await sending.rows(
            "SELECT (SELECT count(*) FROM inbox), (SELECT count(*) FROM event WHERE kind = 'x'),"
            " (SELECT array_agg(key) FROM idempotency)"
        )
        prepared = await sending.rows(
            "SELECT inhrelid::regclass::text FROM pg_inherits"
            " WHERE inhparent = 'inbox'::regclass ORDER BY 1"
        )
        return rows == [(1, 1, ["new"])] and coming <= {each[0] for each in prepared}

    try:
        await eventually(kept)
    finally:
        stop.set()
        await asyncio.gather(*tasks)
