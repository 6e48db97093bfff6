"""A worker process: leases of lanes and numbers, jobs by the clock, and an ear for wake-ups.

LISTEN/NOTIFY only wakes; everything is found by looking once a second as well.
"""

import asyncio
import contextlib
from datetime import timedelta

import psycopg
import structlog

from tidings.engine.automated_messages import AutomatedMessages
from tidings.engine.breaker import breaker_loop
from tidings.engine.campaign_schedules import schedule_loop
from tidings.engine.contact_jobs import contact_job_loop
from tidings.engine.detail_jobs import detail_job_loop
from tidings.engine.dispatch import Dispatch
from tidings.engine.exports import export_loop
from tidings.engine.housekeeping import housekeeping_loop
from tidings.engine.imports import import_loop
from tidings.engine.intake import Intake
from tidings.engine.integration_upkeep import upkeep_loop
from tidings.engine.leases import Holder
from tidings.engine.media_fetch import MediaFetch
from tidings.engine.operations import operations_loop
from tidings.engine.pump import Pump
from tidings.engine.recorder import observe
from tidings.engine.router import Router
from tidings.engine.routing_clock import routing_clock_loop
from tidings.providers.http import Http
from tidings.settings import Settings
from tidings.store.database import UNAVAILABLE, Database
from tidings.store.leases import insert_lanes
from tidings.store.query import execute
from tidings.store.secret_box import SecretBox

log = structlog.get_logger()


class Worker:
    """One worker; `run` returns when `stop` is set and everything in flight is recorded."""

    def __init__(self, settings: Settings, database: Database, box: SecretBox) -> None:
        self._settings = settings
        self._database = database
        self._box = box
        self.http = Http(
            observer=observe, timeout=timedelta(seconds=settings.provider_timeout_seconds)
        )
        self.intake = Intake(database, settings, box)
        self.dispatch = Dispatch(database, settings, box, http=self.http)
        self.pump = Pump(database)
        self.router = Router(database)
        self.holder = Holder(
            database,
            {
                "intake": self.intake.work,
                "dispatch": self.dispatch.work,
                "pump": self.pump.work,
                "router": self.router.work,
            },
        )

    async def run(self, stop: asyncio.Event) -> None:
        """Work until told to stop."""
        await self._database.open()
        await self._make_lanes(stop)
        log.info("worker.started", worker=str(self.holder.worker_id))
        settings, database, box = self._settings, self._database, self._box
        loops = [
            self.holder.hold_loop(stop),
            self._listen_loop(stop),
            self.router.look_loop(stop),
            housekeeping_loop(database, settings, stop),
            AutomatedMessages(database).run(stop),
            breaker_loop(database, settings, stop, holder=self.holder),
            import_loop(database, stop),
            export_loop(database, stop),
            contact_job_loop(database, stop),
            detail_job_loop(database, stop),
            schedule_loop(database, stop),
            upkeep_loop(database, settings, box, stop),
            MediaFetch(database, settings, box, http=self.http).run(stop),
            operations_loop(database, settings, stop),
            routing_clock_loop(database, stop),
        ]
        tasks = [asyncio.create_task(each) for each in loops]
        try:
            await asyncio.gather(*tasks)
        finally:
            stop.set()  # whatever ended one loop ends the others, before the pool is closed
            await asyncio.wait(tasks)
            await self.http.close()
            await self._database.close()
            log.info("worker.stopped", worker=str(self.holder.worker_id))

    async def _make_lanes(self, stop: asyncio.Event) -> None:
        keys = [str(lane) for lane in range(self._settings.webhook_lanes)]
        while not stop.is_set():
            try:
                async with self._database.connection() as connection:
                    await execute(connection, insert_lanes("intake", keys))
                return
            except UNAVAILABLE as error:
                log.warning("worker.waits_for_database", error=type(error).__name__)
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(stop.wait(), 1.0)

    async def _listen_loop(self, stop: asyncio.Event) -> None:
        """Listen for wake-ups; without them work is only found a little later."""
        while not stop.is_set():
            try:
                await self._listen(stop)
            except UNAVAILABLE:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(stop.wait(), 1.0)

    async def _listen(self, stop: asyncio.Event) -> None:
        connection = await psycopg.AsyncConnection.connect(self._database.url, autocommit=True)
        async with connection:
            await connection.execute("LISTEN tidings_outbox")
            await connection.execute("LISTEN tidings_inbox")
            await connection.execute("LISTEN tidings_routing")
            while not stop.is_set():
                async for notice in connection.notifies(timeout=1.0):
                    if notice.channel == "tidings_outbox":
                        self.dispatch.wake(notice.payload)
                    elif notice.channel == "tidings_routing":
                        self.router.wake(notice.payload)
                    else:
                        self.intake.wake(notice.payload)
