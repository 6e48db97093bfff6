"""A campaign through chaos: stopped and started, its lists edited, its processes killed."""

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from uuid import UUID

import msgspec

from tidings.actions.campaign_control import start_campaign, stop_campaign
from tidings.actions.consents import ConsentChange, record_consents
from tidings.actions.organizations import operator
from tidings.cli.benches.campaigns import (
    add_contacts,
    make_campaign,
    make_dnc_list,
    make_list,
    start,
)
from tidings.cli.benches.cast import Cast, phone
from tidings.domain.dnc_lists import Entry, EntryKind
from tidings.domain.errors import Rejection
from tidings.store.campaigns import CampaignRow, select_campaign
from tidings.store.database import UNAVAILABLE, Database
from tidings.store.dnc_entries import upsert_entries
from tidings.store.measures import CampaignEnds, count_campaign_ends
from tidings.store.query import Connection, execute, fetch_one

SECONDS_A_KILL = 2.0
LONGEST_SECONDS = 300.0
ADDED_AT_ONCE = 20
LISTED_BEFORE = 10  # one contact in so many is on the DNC list from the start
DNC_SECONDS = 3.0


class Meddled(msgspec.Struct):
    """What people did to the campaign meanwhile."""

    stops: int = 0
    starts: int = 0
    listed: int = 0
    added: int = 0


class CampaignTrouble:
    """A running campaign and the people who meddle with it."""

    def __init__(
        self, database: Database, cast: Cast, *, contacts: int, luck: random.Random
    ) -> None:
        self._database = database
        self._cast = cast
        self._contacts = contacts
        self._luck = luck
        self._caller = operator(cast.organization_id)
        self._stopped = asyncio.Event()
        self._campaign_id = UUID(int=0)
        self._list_id = UUID(int=0)
        self._dnc_list_id = UUID(int=0)
        self.meddled = Meddled()
        # When each number was forbidden, as the clock stood after the commit.
        self.forbidden: dict[str, datetime] = {}

    async def begin(self, *, kills: int) -> None:
        """Start a campaign that lasts about as long as the trouble."""
        database, cast = self._database, self._cast
        self._list_id = await make_list(database, cast, self._contacts)
        listed = range(0, self._contacts, LISTED_BEFORE)
        self._dnc_list_id = await make_dnc_list(database, cast, listed)
        now = datetime.now(UTC)
        self.forbidden = {phone(n): now for n in listed}
        pace = max(600, round(60 * self._contacts / (kills * SECONDS_A_KILL + 1)))
        campaign = await make_campaign(
            database,
            cast,
            self._list_id,
            dnc_list_ids=[self._dnc_list_id],
            messages_per_minute=pace,
            sorts=[{"fieldName": "City", "direction": "ASC", "numeric": False}],
        )
        self._campaign_id = campaign.id
        await start(database, cast, campaign.id)

    async def meddle_loop(self) -> None:
        """Stop and start it, add contacts and numbers that must not be messaged, until stopped."""
        deeds = (self._stop, self._start, self._start, self._forbid, self._add)
        while not self._stopped.is_set():
            deed = self._luck.choice(deeds)
            with contextlib.suppress(Rejection, *UNAVAILABLE):
                await deed()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopped.wait(), self._luck.uniform(0.2, 1.2))

    async def bring_to_end(self) -> None:
        """Let nobody meddle any more, and the campaign run until it is complete."""
        self._stopped.set()
        loop = asyncio.get_running_loop()
        deadline = loop.time() + LONGEST_SECONDS
        while loop.time() < deadline:
            with contextlib.suppress(Rejection, *UNAVAILABLE):
                campaign = await self._read()
                if campaign.status == "complete":
                    return
                if campaign.status == "off":
                    await self._start()
            await asyncio.sleep(0.5)
        raise RuntimeError(f"the campaign does not come to its end: {campaign}")

    async def judge(self) -> CampaignEnds:
        """Where its contacts ended."""
        async with self._database.connection() as connection:
            return await fetch_one(connection, count_campaign_ends(dnc_after_s=DNC_SECONDS))

    async def _read(self) -> CampaignRow:
        query = select_campaign(self._cast.organization_id, self._campaign_id, divisions=None)
        async with self._database.connection() as connection:
            return await fetch_one(connection, query)

    @asynccontextmanager
    async def _change(self) -> AsyncIterator[Connection]:
        async with self._database.transaction() as connection:
            yield connection

    async def _stop(self) -> None:
        async with self._change() as connection:
            await stop_campaign(connection, self._caller, self._campaign_id)
        self.meddled.stops += 1

    async def _start(self) -> None:
        async with self._change() as connection:
            await start_campaign(connection, self._caller, self._campaign_id)
        self.meddled.starts += 1

    async def _forbid(self) -> None:
        number = phone(self._luck.randrange(self._contacts))
        entry = Entry(number, number)
        async with self._change() as connection:
            await execute(
                connection,
                upsert_entries(
                    self._cast.organization_id, self._dnc_list_id, EntryKind.PHONE, [entry]
                ),
            )
        self.forbidden.setdefault(number, datetime.now(UTC))
        self.meddled.listed += 1

    async def _add(self) -> None:
        first = self._contacts + self.meddled.added
        numbers = range(first, first + ADDED_AT_ONCE)
        organization_id = self._cast.organization_id
        now = datetime.now(UTC)
        changes = [ConsentChange(phone(n), "all", "opted_in", "chaos", now) for n in numbers]
        async with self._change() as connection:
            await record_consents(connection, organization_id, changes, recorded_by="chaos")
            await add_contacts(connection, organization_id, self._list_id, numbers)
        self.meddled.added += ADDED_AT_ONCE
