"""The clock of conversations: offers, wrap-ups and parkings that end, overflow, auto-close.

Each second it takes what is due, in portions. Every step is conditional on the rows, so any number
of workers may run it at once, without a lease.
"""

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable
from typing import TypeVar
from uuid import UUID

import structlog

from tidings.actions.conversations_in import resume_parked
from tidings.actions.offers import expire_offers
from tidings.actions.routing_clock import (
    MOST_HOPS,
    close_silent,
    end_wrapups,
    overflow_waiting,
    return_abandoned,
)
from tidings.store import routing_clock as store
from tidings.store.database import UNAVAILABLE, Database
from tidings.store.offers import select_expired
from tidings.store.participants import ParticipantKey
from tidings.store.query import Connection, Query, Row, fetch

log = structlog.get_logger()

TICK_SECONDS = 1.0
AT_ONCE = 200
WALKED_AT_ONCE = 500
WALK_SECONDS = 60.0
START = UUID(int=0)

Key = TypeVar("Key")
Act = Callable[[Connection, UUID, list[Key]], Awaitable[object]]


class RoutingClock:
    """One worker's clock; it remembers only how far its walk for auto-close is."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._walked = (START, START)
        self._walks_at = 0.0

    async def tick(self) -> None:
        """Take what is due now, a portion of each kind; a defect in one stops no other."""
        for portion in (
            self._end_offers,
            self._end_wrapups,
            self._resume_parked,
            self._overflow,
            self._return_abandoned,
            self._close_silent,
        ):
            try:
                await portion()
            except UNAVAILABLE:
                raise
            except Exception:
                log.exception("routing_clock.failed", portion=portion.__name__)

    async def walk(self) -> None:
        """Look through all conversations that are not over, once."""
        self._walked, self._walks_at = (START, START), 0.0
        while await self._close_silent():
            pass

    async def _end_offers(self) -> None:
        due = await self._look(select_expired(AT_ONCE))
        keys = [
            (row.organization_id, ParticipantKey(row.conversation_id, row.participant_id))
            for row in due
        ]
        await self._apply(keys, expire_offers)

    async def _end_wrapups(self) -> None:
        due = await self._look(store.select_due_wrapups(AT_ONCE))
        for state in ("complete", "skipped"):

            async def end(
                connection: Connection,
                organization_id: UUID,
                keys: list[ParticipantKey],
                state: str = state,
            ) -> None:
                await end_wrapups(connection, organization_id, keys, state=state)

            await self._apply([(r.organization_id, _key(r)) for r in due if r.state == state], end)

    async def _resume_parked(self) -> None:
        due = await self._look(store.select_due_parked(AT_ONCE))
        await self._apply([(row.organization_id, _key(row)) for row in due], resume_parked)

    async def _overflow(self) -> None:
        due = await self._look(store.select_overdue(most_hops=MOST_HOPS, limit=AT_ONCE))
        keys = [(row.organization_id, row.conversation_id) for row in due]
        await self._apply(keys, overflow_waiting)

    async def _return_abandoned(self) -> None:
        due = await self._look(store.select_abandoned(limit=AT_ONCE))
        keys = [(row.organization_id, row.conversation_id) for row in due]
        await self._apply(keys, return_abandoned)

    async def _close_silent(self) -> bool:
        """One step of the walk for auto-close; False at its end, after which it rests a while."""
        now = asyncio.get_running_loop().time()
        if now < self._walks_at:
            return False
        organization_id, conversation_id = self._walked
        rows = await self._look(
            store.select_aged(
                after_organization_id=organization_id,
                after_id=conversation_id,
                limit=WALKED_AT_ONCE,
            )
        )
        due = [(row.organization_id, row.conversation_id) for row in rows if row.is_due]
        await self._apply(due, close_silent)
        if len(rows) < WALKED_AT_ONCE:
            self._walked, self._walks_at = (START, START), now + WALK_SECONDS
            return False
        self._walked = (rows[-1].organization_id, rows[-1].conversation_id)
        return True

    async def _look(self, query: Query[Row]) -> list[Row]:
        async with self._database.connection() as connection:
            return await fetch(connection, query)

    async def _apply(self, due: Iterable[tuple[UUID, Key]], act: Act[Key]) -> None:
        """Do what is due, an organization at a time; where that fails, one at a time."""
        by_organization: defaultdict[UUID, list[Key]] = defaultdict(list)
        for organization_id, key in due:
            by_organization[organization_id].append(key)
        for organization_id, keys in by_organization.items():
            await self._act(organization_id, keys, act)

    async def _act(self, organization_id: UUID, keys: list[Key], act: Act[Key]) -> None:
        try:
            async with self._database.transaction() as connection:
                await act(connection, organization_id, keys)
        except UNAVAILABLE:
            raise
        except Exception:
            log.exception("routing_clock.step_failed", act=act.__name__, keys=len(keys))
            if len(keys) > 1:
                for key in keys:
                    await self._act(organization_id, [key], act)


async def routing_clock_loop(database: Database, stop: asyncio.Event) -> None:
    """Tick each second until told to stop."""
    clock = RoutingClock(database)
    while not stop.is_set():
        try:
            await clock.tick()
        except UNAVAILABLE as error:
            log.warning("routing_clock.unavailable", error=type(error).__name__)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), TICK_SECONDS)


def _key(row: store.DueParticipant) -> ParticipantKey:
    return ParticipantKey(row.conversation_id, row.participant_id)
