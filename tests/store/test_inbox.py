"""The journal of webhooks and its lanes."""

import asyncio
from uuid import UUID

import pytest

from tidings.store.database import Database
from tidings.store.ids import new_id
from tidings.store.inbox import (
    Received,
    delete_applied,
    insert_queued,
    insert_received,
    lane_of,
    select_journalled,
    select_lane,
    select_lanes,
)
from tidings.store.query import execute, fetch, fetch_optional

OURS = new_id()


async def write(database: Database, *bodies: bytes, lane: int) -> None:
    async with database.connection() as connection:
        rows = [Received("whatsapp_cloud", OURS, lane, body) for body in bodies]
        await execute(connection, insert_received(rows))


async def read(database: Database, lane: int, limit: int = 100) -> list[tuple[UUID, bytes]]:
    async with database.connection() as connection:
        rows = await fetch(connection, select_lane(lane, limit=limit))
    return [(row.id, row.body) for row in rows]


async def test_a_lane_gives_its_webhooks_in_the_order_they_came(database: Database) -> None:
    for n in range(5):
        await write(database, b"%d" % n, b"%d'" % n, lane=1)
    await write(database, b"elsewhere", lane=2)

    bodies = [body for _, body in await read(database, 1)]

    assert bodies == [b"0", b"0'", b"1", b"1'", b"2", b"2'", b"3", b"3'", b"4", b"4'"]
    assert [body for _, body in await read(database, 1, limit=3)] == bodies[:3]


async def test_bytes_are_kept_as_they_came(database: Database) -> None:
    odd = bytes(range(256)) * 100

    await write(database, odd, b"", lane=3)

    assert [body for _, body in await read(database, 3)] == [odd, b""]


async def test_an_applied_webhook_leaves_its_lane_and_stays_in_the_journal(
    database: Database,
) -> None:
    await write(database, b"applied", b"waiting", lane=4)
    (applied, _), (waiting, _) = await read(database, 4)

    async with database.connection() as connection:
        await execute(connection, delete_applied(4, [applied]))
        kept = await fetch_optional(connection, select_journalled(OURS, applied))

    assert [one for one, _ in await read(database, 4)] == [waiting]
    assert kept is not None
    assert kept.body == b"applied"


async def test_a_replay_is_queued_once_however_often_it_is_asked_for(database: Database) -> None:
    await write(database, b"again", lane=5)
    ((webhook, _),) = await read(database, 5)
    async with database.connection() as connection:
        await execute(connection, delete_applied(5, [webhook]))
        for _ in range(3):
            await execute(connection, insert_queued(5, webhook))

    assert [one for one, _ in await read(database, 5)] == [webhook]


async def test_the_journal_is_read_by_the_organization_that_it_came_for(
    database: Database,
) -> None:
    await write(database, b"private", lane=6)
    ((webhook, _),) = await read(database, 6)

    async with database.connection() as connection:
        assert await fetch_optional(connection, select_journalled(new_id(), webhook)) is None


async def test_many_writers_lose_nothing(database: Database) -> None:
    await asyncio.gather(
        *(write(database, *(b"%d/%d" % (n, m) for m in range(20)), lane=7) for n in range(20))
    )

    bodies = {body for _, body in await read(database, 7, limit=1000)}

    assert len(bodies) == 400
    async with database.connection() as connection:
        lanes = {row.lane: row.waiting for row in await fetch(connection, select_lanes())}
    assert lanes[7] == 400


@pytest.mark.parametrize("lanes", [1, 8, 256])
def test_an_accounts_webhooks_share_a_lane_and_accounts_are_spread(lanes: int) -> None:
    chosen = [lane_of([str(n), "other"], lanes) for n in range(2_000)]

    assert chosen == [lane_of([str(n)], lanes) for n in range(2_000)]
    assert len(set(chosen)) == lanes
    assert lane_of([], lanes) in range(lanes)
