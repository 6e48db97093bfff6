"""A web process tells now and then which people it sees: who asks, and who has a socket open."""

import asyncio
import contextlib
import time

import structlog

from tidings.api.auth import Identities
from tidings.api.push_hub import Hub
from tidings.store.attendance import Person, note_attendance
from tidings.store.database import UNAVAILABLE, Database
from tidings.store.ids import new_id
from tidings.store.query import execute

log = structlog.get_logger()

TELL_SECONDS = 20.0
BROKEN_AFTER_SECONDS = 60.0


class Attendance:
    """What one web process tells of who is there."""

    def __init__(self, database: Database, identities: Identities, hub: Hub) -> None:
        self._database = database
        self._identities = identities
        self._hub = hub
        self._process_id = new_id()
        self._untold: dict[Person, float] = {}
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to tell, at once and then every twenty seconds."""
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Tell no more."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def tell(self) -> None:
        """Write down who was there since the last time it was written."""
        self._untold |= self._identities.take_people()
        async with self._database.connection() as connection:
            now = time.monotonic()
            query = note_attendance(
                self._process_id,
                {person: now - at for person, at in self._untold.items()},
                self._hub.channels(),
                broken_after_s=BROKEN_AFTER_SECONDS,
            )
            await execute(connection, query)
        self._untold.clear()

    async def _run(self) -> None:
        while True:
            try:
                await self.tell()
            except UNAVAILABLE as error:
                log.warning("attendance.unavailable", error=type(error).__name__)
            except Exception:
                log.exception("attendance.failed")
            await asyncio.sleep(TELL_SECONDS)
