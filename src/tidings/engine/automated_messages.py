"""Says what workstreams planned to say by themselves, and ends surveys that nobody answered.

Any number of workers may run it: what one takes, another passes over.
"""

import asyncio
from contextlib import suppress
from uuid import UUID

import structlog

from tidings.actions.automated_messages import give_up, send_due
from tidings.actions.catalogue import Catalogue
from tidings.actions.send_message import ReplayedMeanwhile
from tidings.store.automated_messages import (
    PlanKey,
    select_due_organizations,
    select_oldest,
)
from tidings.store.database import UNAVAILABLE, Database
from tidings.store.query import fetch, fetch_optional
from tidings.store.surveys import expire_surveys

log = structlog.get_logger()

POLL_SECONDS = 0.5
ORGANIZATIONS_AT_ONCE = 1_000
AT_ONCE = 200


class AutomatedMessages:
    """One worker's part in it."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._catalogue = Catalogue()

    async def run(self, stop: asyncio.Event) -> None:
        """Look for what is due until told to stop; outlives a lost database."""
        while not stop.is_set():
            try:
                worked = await self.look()
            except ReplayedMeanwhile:
                worked = True
            except UNAVAILABLE as error:
                log.warning("automated_message.database_lost", error=type(error).__name__)
                worked = False
            if not worked:
                with suppress(TimeoutError):
                    await asyncio.wait_for(stop.wait(), POLL_SECONDS)

    async def look(self) -> bool:
        """Say a portion of what is due in each organization; gives whether there was any."""
        async with self._database.connection() as connection:
            await fetch(connection, expire_surveys(limit=AT_ONCE))
            due = await fetch(connection, select_due_organizations(limit=ORGANIZATIONS_AT_ONCE))
        worked = False
        for each in due:
            try:
                worked = await self._say(each.organization_id, AT_ONCE) or worked
            except (*UNAVAILABLE, ReplayedMeanwhile):
                raise
            except Exception:
                log.exception("automated_message.failed", organization_id=str(each.organization_id))
                await self._say_one(each.organization_id)
                worked = True
        return worked

    async def _say(self, organization_id: UUID, limit: int, only: PlanKey | None = None) -> bool:
        async with self._database.transaction(organization_id) as connection:
            taken = await send_due(
                connection, self._catalogue, organization_id, limit=limit, only=only
            )
        return taken > 0

    async def _say_one(self, organization_id: UUID) -> None:
        """Go on with the oldest alone; if that is the one that cannot be said, it is put aside."""
        async with self._database.transaction(organization_id) as connection:
            oldest = await fetch_optional(connection, select_oldest(organization_id))
        if oldest is None:
            return
        try:
            await self._say(organization_id, 1, only=oldest)
        except (*UNAVAILABLE, ReplayedMeanwhile):
            raise
        except Exception:
            log.exception("automated_message.put_aside", organization_id=str(organization_id))
            async with self._database.transaction(organization_id) as connection:
                await give_up(connection, organization_id, oldest)
