"""Leases between workers that race for them, with real parallel connections."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from tidings.store.database import Database
from tidings.store.ids import new_id
from tidings.store.leases import (
    Lease,
    beat,
    count_share,
    delete_worker,
    insert_lanes,
    release_lease,
    renew_leases,
    take_leases,
)
from tidings.store.query import execute, fetch, fetch_one

KIND = "race"


@pytest.fixture
async def lanes(database: Database) -> AsyncIterator[list[str]]:
    """Forty free leases."""
    keys = [str(n) for n in range(40)]
    async with database.connection() as connection:
        await execute(connection, insert_lanes(KIND, keys))
    yield keys
    async with database.connection() as connection:
        await connection.execute("DELETE FROM lease")


async def take(
    database: Database, worker: object, *, most: int, seconds: float = 60
) -> list[Lease]:
    async with database.connection() as connection:
        return await fetch(connection, take_leases(KIND, worker, most=most, seconds=seconds))  # type: ignore[arg-type]


async def expire(database: Database) -> None:
    async with database.connection() as connection:
        await connection.execute("UPDATE lease SET expires_at = now() - interval '1 ms'")


async def test_workers_that_race_never_take_the_same_lease(
    database: Database, lanes: list[str]
) -> None:
    for _ in range(5):
        taken = await asyncio.gather(*(take(database, new_id(), most=7) for _ in range(8)))
        keys = [lease.key for part in taken for lease in part]
        assert len(keys) == len(set(keys))
        taken.append(await take(database, new_id(), most=40))
        assert sorted(lease.key for part in taken for lease in part) == sorted(lanes)
        await expire(database)


async def test_a_held_lease_is_not_taken(database: Database, lanes: list[str]) -> None:
    await take(database, new_id(), most=40)

    assert await take(database, new_id(), most=40) == []


async def test_every_change_of_holder_raises_the_epoch(
    database: Database, lanes: list[str]
) -> None:
    first = await take(database, new_id(), most=40)
    await expire(database)
    second = await take(database, new_id(), most=40)

    assert {lease.epoch for lease in first} == {1}
    assert {lease.epoch for lease in second} == {2}


async def test_what_expired_cannot_be_renewed(database: Database, lanes: list[str]) -> None:
    """Even if nobody has taken it yet: somebody may have looked already."""
    worker = new_id()
    await take(database, worker, most=40)
    await expire(database)

    async with database.connection() as connection:
        assert await fetch(connection, renew_leases(worker, seconds=60)) == []


async def test_renewing_keeps_the_epoch(database: Database, lanes: list[str]) -> None:
    worker = new_id()
    taken = await take(database, worker, most=3, seconds=30)

    async with database.connection() as connection:
        kept = await fetch(connection, renew_leases(worker, seconds=60))

    assert sorted(kept, key=lambda lease: lease.key) == sorted(taken, key=lambda lease: lease.key)


async def test_a_sleeper_does_not_release_what_another_holds_now(
    database: Database, lanes: list[str]
) -> None:
    sleeper, heir = new_id(), new_id()
    (lease, *_) = await take(database, sleeper, most=40)
    await expire(database)
    await take(database, heir, most=40)

    async with database.connection() as connection:
        await execute(connection, release_lease(lease, sleeper))
        kept = await fetch(connection, renew_leases(heir, seconds=60))

    assert len(kept) == 40


async def test_a_released_lease_is_free_at_once(database: Database, lanes: list[str]) -> None:
    worker = new_id()
    taken = await take(database, worker, most=40)

    async with database.connection() as connection:
        await execute(connection, release_lease(taken[0], worker))

    assert [lease.key for lease in await take(database, new_id(), most=40)] == [taken[0].key]


async def test_only_workers_heard_of_lately_have_a_share(
    database: Database, lanes: list[str]
) -> None:
    async with database.transaction() as connection:  # in which no time goes by
        await connection.execute("DELETE FROM worker")
        workers = [new_id() for _ in range(4)]
        for worker in workers:
            await execute(connection, beat(worker, host="h", pid=1, version="1"))
        await connection.execute(
            "UPDATE worker SET seen_at = now() - interval '8.1 s' WHERE id = %s", [workers[0]]
        )
        await connection.execute(
            "UPDATE worker SET seen_at = now() - interval '7.9 s' WHERE id = %s", [workers[1]]
        )
        await execute(connection, delete_worker(workers[2]))
        share = await fetch_one(connection, count_share(KIND, seconds=8))
    assert (share.leases, share.workers) == (40, 2)
