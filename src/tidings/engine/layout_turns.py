"""Whose contacts are laid out next: one campaign of a number at a time, while its rounds go on."""

import asyncio
import time
from collections.abc import Callable, Container, Mapping, Sequence
from uuid import UUID

import structlog

from tidings.engine.pump_layout import lay_out
from tidings.engine.pump_round import Run
from tidings.store.campaign_runs import WorkingCampaign
from tidings.store.database import UNAVAILABLE, Database
from tidings.store.leases import Lease

log = structlog.get_logger()

TURN_SECONDS = 0.5


class LayoutTurns:
    """The layouts of one number.

    `at_once` bounds the layouts of all numbers of this process; `when_done` is told that there
    may be something new to see.
    """

    def __init__(
        self,
        database: Database,
        lease: Lease,
        runs: Mapping[UUID, Run],
        *,
        at_once: asyncio.Semaphore,
        when_done: Callable[[], None],
    ) -> None:
        self._database = database
        self._lease = lease
        self._runs = runs
        self._at_once = at_once
        self._when_done = when_done
        self._task: asyncio.Task[None] | None = None
        self._campaign_id: UUID | None = None
        self._turn = 0

    @property
    def is_free(self) -> bool:
        """Whether the next turn may begin."""
        return self._task is None

    def settle(self, running: Container[UUID]) -> UUID | None:
        """End a turn that is over, or whose campaign runs no more; gives the campaign at fault.

        The database's absence passes; a defect would come again, so its campaign is at fault.
        """
        task = self._task
        if task is None:
            return None
        if not task.done():
            if self._campaign_id not in running:
                task.cancel()
            return None
        self._task = None
        if task.cancelled() or (error := task.exception()) is None:
            return None
        log.error("pump.layout_failed", campaign=str(self._campaign_id), exc_info=error)
        return None if isinstance(error, UNAVAILABLE) else self._campaign_id

    def begin(self, waiting: Sequence[WorkingCampaign]) -> None:
        """Lay out what waits, one after the other, for a while.

        The first in turn is another each time, so that none waits behind one that fails.
        """
        first = self._turn % len(waiting)
        self._turn += 1
        self._task = asyncio.create_task(self._lay_out([*waiting[first:], *waiting[:first]]))

    async def done(self) -> None:
        """Wait for the turn that is under way, if there is one."""
        if self._task is not None:
            await asyncio.wait([self._task])

    async def give_up(self) -> None:
        """Leave the turn that is under way as if it had never begun."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])

    async def _lay_out(self, campaigns: Sequence[WorkingCampaign]) -> None:
        until = time.monotonic() + TURN_SECONDS
        for campaign in campaigns:
            run = self._runs.get(campaign.id)
            if run is None:
                continue
            self._campaign_id = campaign.id
            async with self._at_once:
                await lay_out(self._database, self._lease, run.definition, campaign)
            if time.monotonic() >= until:
                break
        self._when_done()
