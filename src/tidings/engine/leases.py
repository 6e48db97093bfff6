"""A worker's leases: taking its fair share, renewing it, and noticing what it lost.

Only the passing of time takes a lease away, so a worker that cannot renew stops its work before
its leases expire for others.
"""

import asyncio
import contextlib
import os
import socket
import time
from collections.abc import Awaitable, Callable
from uuid import UUID

import structlog

from tidings import __version__
from tidings.store import leases as store
from tidings.store.database import UNAVAILABLE, Database
from tidings.store.ids import new_id
from tidings.store.leases import Lease
from tidings.store.query import execute, fetch, fetch_one

log = structlog.get_logger()

LEASE_SECONDS = 8.0
RENEW_SECONDS = 2.0
Work = Callable[[Lease, asyncio.Event], Awaitable[None]]


class Holder:
    """Holds leases of several kinds and runs one task for each lease held."""

    def __init__(self, database: Database, kinds: dict[str, Work]) -> None:
        self.worker_id: UUID = new_id()
        self._database = database
        self._kinds = kinds
        self._tasks: dict[tuple[str, str], tuple[Lease, asyncio.Task[None], asyncio.Event]] = {}
        self._renewed_at = time.monotonic()

    async def hold_loop(self, stop: asyncio.Event) -> None:
        """Take, renew and share leases until told to stop; then finish and give them back."""
        while not stop.is_set():
            try:
                await self._round()
            except UNAVAILABLE as error:
                log.warning("leases.unavailable", error=type(error).__name__)
                if time.monotonic() - self._renewed_at > LEASE_SECONDS - RENEW_SECONDS:
                    await self._abandon_all()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), RENEW_SECONDS)
        await self._give_back(list(self._tasks))
        with contextlib.suppress(*UNAVAILABLE):
            async with self._database.connection() as connection:
                await execute(connection, store.delete_worker(self.worker_id))

    def held(self, kind: str) -> list[Lease]:
        """The leases of a kind that this worker holds now."""
        return [lease for (of, _), (lease, _, _) in self._tasks.items() if of == kind]

    async def _round(self) -> None:
        started = time.monotonic()
        async with self._database.connection() as connection:
            beat = store.beat(
                self.worker_id, host=socket.gethostname(), pid=os.getpid(), version=__version__
            )
            await execute(connection, beat)
            await execute(connection, store.insert_sender_leases())
            await execute(connection, store.insert_router_leases())
            kept = await fetch(
                connection, store.renew_leases(self.worker_id, seconds=LEASE_SECONDS)
            )
            self._renewed_at = started
            await self._drop_lost({(lease.kind, lease.key, lease.epoch) for lease in kept})
            for kind in self._kinds:
                share = await fetch_one(connection, store.count_share(kind, seconds=LEASE_SECONDS))
                fair = -(-share.leases // max(1, share.workers))
                held = len(self.held(kind))
                if held < fair:
                    taken = await fetch(
                        connection,
                        store.take_leases(
                            kind, self.worker_id, most=fair - held, seconds=LEASE_SECONDS
                        ),
                    )
                    for lease in taken:
                        self._start(lease)
                elif held > fair:
                    surplus = [(kind, lease.key) for lease in self.held(kind)[fair:]]
                    await self._give_back(surplus)

    def _start(self, lease: Lease) -> None:
        ended = asyncio.Event()
        task = asyncio.create_task(self._run(lease, ended), name=f"{lease.kind}:{lease.key}")
        self._tasks[lease.kind, lease.key] = (lease, task, ended)

    async def _run(self, lease: Lease, ended: asyncio.Event) -> None:
        """Do the lease's work again and again: a defect in one round must not end the lane."""
        pause = 0.1
        while not ended.is_set():
            try:
                await self._kinds[lease.kind](lease, ended)
                pause = 0.1
            except UNAVAILABLE as error:
                log.warning("work.unavailable", kind=lease.kind, error=type(error).__name__)
            except Exception:
                log.exception("work.failed", kind=lease.kind, key=lease.key)
            if not ended.is_set():
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(ended.wait(), pause)
                pause = min(pause * 2, 5.0)

    async def _drop_lost(self, kept: set[tuple[str, str, int]]) -> None:
        for key, (lease, task, ended) in list(self._tasks.items()):
            if (lease.kind, lease.key, lease.epoch) not in kept:
                log.warning("lease.lost", kind=lease.kind, key=lease.key)
                ended.set()
                task.cancel()
                del self._tasks[key]

    async def _abandon_all(self) -> None:
        for _, task, ended in self._tasks.values():
            ended.set()
            task.cancel()
        self._tasks.clear()

    async def _give_back(self, keys: list[tuple[str, str]]) -> None:
        going = [self._tasks.pop(key) for key in keys]
        for _, _, ended in going:
            ended.set()
        if going:
            await asyncio.wait([task for _, task, _ in going], timeout=LEASE_SECONDS / 2)
        for lease, task, _ in going:
            task.cancel()
            with contextlib.suppress(*UNAVAILABLE):
                async with self._database.connection() as connection:
                    await execute(connection, store.release_lease(lease, self.worker_id))
