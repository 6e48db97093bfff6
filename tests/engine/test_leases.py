"""Workers divide the work: nobody does a part that another does, everybody has a fair share."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from uuid import UUID

import pytest

from tests.sending import eventually
from tidings.engine.leases import Holder
from tidings.store.database import Database
from tidings.store.ids import new_id
from tidings.store.leases import Lease, beat, insert_lanes, take_leases
from tidings.store.query import execute, fetch

KEYS = [f"part-{n}" for n in range(8)]


class Watched:
    """Workers of one kind of work, and who works on what just now."""

    def __init__(self, database: Database, kind: str) -> None:
        self.database = database
        self.kind = kind
        self.at_work: Counter[str] = Counter()
        self.most_at_once = 0
        self._running: dict[UUID, tuple[Holder, asyncio.Event, asyncio.Task[None]]] = {}

    def hire(self) -> Holder:
        """A worker begins."""
        holder, stop = Holder(self.database, {self.kind: self._work}), asyncio.Event()
        task = asyncio.create_task(holder.hold_loop(stop))
        self._running[holder.worker_id] = (holder, stop, task)
        return holder

    async def dismiss(self, holder: Holder) -> None:
        """A worker stops gracefully."""
        _, stop, task = self._running.pop(holder.worker_id)
        stop.set()
        await task

    async def close(self) -> None:
        for holder, _, _ in list(self._running.values()):
            await self.dismiss(holder)

    async def _work(self, lease: Lease, ended: asyncio.Event) -> None:
        self.at_work[lease.key] += 1
        self.most_at_once = max(self.most_at_once, self.at_work[lease.key])
        try:
            await ended.wait()
        finally:
            self.at_work[lease.key] -= 1

    @property
    def busy(self) -> int:
        return self.at_work.total()


@pytest.fixture
async def watched(database: Database, request: pytest.FixtureRequest) -> AsyncIterator[Watched]:
    """Eight parts of work of a kind of this test's own, and no other worker."""
    watched = Watched(database, request.node.name)
    async with database.connection() as connection:
        await connection.execute("DELETE FROM worker")
        await execute(connection, insert_lanes(watched.kind, KEYS))
    yield watched
    await watched.close()


async def test_a_lone_worker_does_everything(watched: Watched) -> None:
    only = watched.hire()

    async def all_held() -> bool:
        return len(only.held(watched.kind)) == len(KEYS) == watched.busy

    await eventually(all_held)


async def test_two_workers_share_fairly_and_never_do_the_same_part(watched: Watched) -> None:
    first = watched.hire()

    async def all_held() -> bool:
        return watched.busy == len(KEYS)

    await eventually(all_held)
    second = watched.hire()

    async def shared() -> bool:
        return len(first.held(watched.kind)) == len(second.held(watched.kind)) == 4

    await eventually(shared)
    await eventually(all_held)
    ours = {lease.key for lease in first.held(watched.kind)}
    assert ours.isdisjoint(lease.key for lease in second.held(watched.kind))

    await watched.dismiss(second)
    await eventually(all_held)
    assert watched.most_at_once == 1


async def test_what_a_dead_worker_held_is_taken_by_the_next_round(
    watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The dead one was last heard of as long ago as a lease lives: all of it moves at once."""
    dead = new_id()
    async with watched.database.connection() as connection:
        await execute(connection, beat(dead, host="gone.example", pid=1, version="1"))
        await fetch(connection, take_leases(watched.kind, dead, most=8, seconds=8))
        await connection.execute(
            "UPDATE worker SET seen_at = seen_at - interval '8.1 seconds' WHERE id = %s", [dead]
        )
        await connection.execute(
            "UPDATE lease SET expires_at = expires_at - interval '8.1 seconds' WHERE holder = %s",
            [dead],
        )

    monkeypatch.setattr("tidings.engine.leases.RENEW_SECONDS", 3600)  # there is one round only
    heir = watched.hire()

    async def all_held() -> bool:
        return len(heir.held(watched.kind)) == len(KEYS)

    await eventually(all_held)
    assert {lease.epoch for lease in heir.held(watched.kind)} == {2}


async def test_a_worker_that_lost_a_lease_stops_that_work(watched: Watched) -> None:
    sleeper = watched.hire()

    async def all_held() -> bool:
        return watched.busy == len(KEYS)

    await eventually(all_held)
    # In one transaction, or the sleeper may be the one who takes it.
    async with watched.database.transaction() as connection:
        await connection.execute(
            "UPDATE lease SET expires_at = now() - interval '1 second' WHERE kind = %s"
            " AND key = 'part-3'",
            [watched.kind],
        )
        await fetch(connection, take_leases(watched.kind, new_id(), most=1, seconds=60))

    async def given_up() -> bool:
        return watched.at_work["part-3"] == 0

    await eventually(given_up)
    assert "part-3" not in {lease.key for lease in sleeper.held(watched.kind)}
    assert watched.busy == len(KEYS) - 1


async def test_a_graceful_stop_gives_every_lease_back(watched: Watched) -> None:
    leaving = watched.hire()

    async def all_held() -> bool:
        return watched.busy == len(KEYS)

    await eventually(all_held)
    await watched.dismiss(leaving)

    async with watched.database.connection() as connection:
        taken = await fetch(connection, take_leases(watched.kind, new_id(), most=9, seconds=60))
        cursor = await connection.execute("SELECT count(*) FROM worker")
        assert await cursor.fetchone() == (0,)
    assert len(taken) == len(KEYS)


async def test_a_defect_in_a_part_does_not_end_it(database: Database) -> None:
    tries = 0
    done = asyncio.Event()

    async def clumsy(lease: Lease, ended: asyncio.Event) -> None:
        nonlocal tries
        tries += 1
        if tries < 3:
            raise ValueError("a defect")
        done.set()
        await ended.wait()

    async with database.connection() as connection:
        await execute(connection, insert_lanes("clumsy", ["only"]))
    holder, stop = Holder(database, {"clumsy": clumsy}), asyncio.Event()
    task = asyncio.create_task(holder.hold_loop(stop))
    await asyncio.wait_for(done.wait(), 30)
    stop.set()
    await task

    assert tries == 3
