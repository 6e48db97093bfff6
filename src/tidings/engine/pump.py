"""Feeds the dispatcher from running campaigns: one pump for each number, all its campaigns in turn.

Holding the lease of a number makes it the only one that takes contacts for it: each campaign's
pace is exact, the number is shared fairly, and only about a second's messages wait to be sent.
"""

import asyncio
import contextlib
import time
from typing import Any
from uuid import UUID

import structlog

from tidings.actions.catalogue import Catalogue
from tidings.domain.campaign_pace import Paces, lead_of, rates_of, share_room
from tidings.engine.layout_turns import LayoutTurns
from tidings.engine.pump_round import Blocked, RoundResult, Run, pump_contacts
from tidings.engine.pump_states import (
    announce_progress,
    cause_of,
    find_changes,
    note_budget,
    settle_states,
)
from tidings.store import campaign_runs as store
from tidings.store.campaign_runs import Definition, WorkingCampaign
from tidings.store.database import UNAVAILABLE, Database
from tidings.store.leases import Lease
from tidings.store.query import fetch, fetch_one, fetch_optional
from tidings.store.senders import SenderRow, select_senders

log = structlog.get_logger()

IDLE_SECONDS = 1.0
LOOK_SECONDS = 0.5
ROUND_SECONDS = 0.2
FULL_SECONDS = 0.05
BUDGET_SECONDS = 15.0
TELL_SECONDS = 2.0
AT_ONCE = 500
COUNTED_LEAD = 20_000
TOLD_AT_ONCE = 100
LAYOUTS_AT_ONCE = 2
LAYOUT_FAILED = Blocked(
    "campaign.layout_failed",
    "Its contacts could not be laid out because of a defect; the worker's log has it.",
)


class Pump:
    """The work of holding a number's pump lease."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.catalogue = Catalogue()
        self.layouts = asyncio.Semaphore(LAYOUTS_AT_ONCE)

    async def work(self, lease: Lease, ended: asyncio.Event) -> None:
        """Feed a number's dispatcher until the lease ends."""
        await NumberPump(self, lease).run(ended)


class NumberPump:
    """The campaigns of one number."""

    def __init__(self, pump: Pump, lease: Lease) -> None:
        assert lease.organization_id is not None
        self._pump = pump
        self._database = pump.database
        self._lease = lease
        self._organization_id = lease.organization_id
        self._integration_id = UUID(lease.key)
        self._paces = Paces()
        self._rates: dict[UUID, float] = {}
        self._sender: SenderRow | None = None
        self._campaigns: list[WorkingCampaign] = []
        self._runs: dict[UUID, Run] = {}
        self._blocked: dict[UUID, Blocked] = {}
        self._dry: set[UUID] = set()
        self._moved: set[UUID] = set()
        self._turn = 0
        self._careful = 0
        self._looked_at = -IDLE_SECONDS
        self._budget_at = -BUDGET_SECONDS
        self._told_at = 0.0
        self._layouts = LayoutTurns(
            pump.database, lease, self._runs, at_once=pump.layouts, when_done=self._look_soon
        )

    async def run(self, ended: asyncio.Event) -> None:
        """Take contacts until ended; a layout that is under way is given up, as if never begun."""
        try:
            while not ended.is_set():
                wait = await self._tick()
                if wait > 0:
                    with contextlib.suppress(TimeoutError):
                        await asyncio.wait_for(ended.wait(), wait)
        finally:
            await self._layouts.give_up()

    async def _tick(self) -> float:
        """Look if it is time to, and do one round; gives the seconds to wait for the next.

        The paces are kept while the database is away: what was used stays used.
        """
        try:
            if time.monotonic() - self._looked_at >= LOOK_SECONDS:
                await self.look()
            return await self.pump_some()
        except UNAVAILABLE as error:
            log.warning("pump.unavailable", error=type(error).__name__)
            return LOOK_SECONDS

    async def look(self) -> None:
        """See what there is to do, and let campaigns take the steps that are due."""
        self._looked_at = time.monotonic()
        organization_id, integration_id = self._organization_id, self._integration_id
        async with self._database.connection() as connection:
            self._campaigns = await fetch(
                connection, store.select_working(organization_id, integration_id)
            )
            if not self._campaigns:
                self._runs.clear()
                self._rates = {}
                self._continue_layout()
                return
            self._sender = await fetch_optional(
                connection, select_senders([organization_id], [integration_id])
            )
            allowance = await fetch_one(connection, store.select_allowance(organization_id))
            await self._read_definitions(connection)
        self._dry.clear()
        self._rates = rates_of(
            {each.id: each.messages_per_minute for each in self._campaigns if each.status == "on"},
            all_per_minute=allowance.all_per_minute,
            most_per_minute=allowance.most_per_minute,
        )
        self._paces.update(self._rates, time.monotonic())
        await self._settle()
        self._continue_layout()
        await self._tell()

    async def _read_definitions(self, connection: Any) -> None:
        """Read what campaigns are, where it is not known in this version, or of older settings."""
        known = {
            key: (run.definition.version, run.definition.settings_version)
            for key, run in self._runs.items()
        }
        missing = [
            each.id
            for each in self._campaigns
            if known.get(each.id) != (each.version, each.settings_version)
        ]
        if missing:
            rows = await fetch(connection, store.select_definitions(self._organization_id, missing))
            for row in rows:
                self._read_definition(row)

    def _read_definition(self, definition: Definition) -> None:
        """One that cannot be read stops its own campaign and no other."""
        try:
            self._runs[definition.id] = Run(definition, self._integration_id)
        except ValueError as error:
            log.error("pump.unreadable", campaign=str(definition.id), error=str(error))
            self._runs.pop(definition.id, None)
            self._blocked[definition.id] = Blocked(
                "campaign.unreadable",
                f"Its parameters or quiet hours cannot be read ({error}); change them.",
            )

    async def _settle(self) -> None:
        """Let campaigns stop, go on, be off or be complete; look again at once if any did."""
        changes = find_changes(self._sender, self._campaigns, self._blocked)
        self._blocked.clear()
        async with self._database.transaction() as connection:
            changed = await settle_states(
                connection,
                self._organization_id,
                self._integration_id,
                changes=changes,
                campaigns=self._campaigns,
            )
            due = self._looked_at - self._budget_at >= BUDGET_SECONDS
            if due and self._sender is not None:
                await note_budget(connection, self._organization_id, self._sender, self._campaigns)
        if due:
            self._budget_at = self._looked_at
        if changed:
            self._look_soon()

    def _continue_layout(self) -> None:
        """Lay out what waits for it, one campaign after the other, beside the rounds."""
        running = {each.id: each for each in self._campaigns if each.status == "on"}
        failed = self._layouts.settle(running)
        if failed is not None:
            self._blocked[failed] = LAYOUT_FAILED
        waiting = [
            each
            for each in running.values()
            if (each.phase == "preparing" or each.has_new)
            and each.id in self._runs
            and each.id not in self._blocked
        ]
        if waiting and self._layouts.is_free:
            self._layouts.begin(waiting)

    async def layout_done(self) -> None:
        """Wait for the layout that is under way, if there is one."""
        if not self._layouts.is_free:
            await self._layouts.done()
            await self.look()

    def _look_soon(self) -> None:
        self._looked_at = -IDLE_SECONDS

    async def pump_some(self) -> float:
        """One round: give the campaigns what they may send now; gives the seconds to wait."""
        now = time.monotonic()
        able = [each for each in self._campaigns if self._is_able(each)]
        if not able:
            return LOOK_SECONDS if self._campaigns else IDLE_SECONDS
        ready = [each for each in able if self._paces.available(each.id, now)]
        if not ready:
            soonest = self._paces.ready_in((each.id for each in able), now)
            return min(max(soonest, FULL_SECONDS), LOOK_SECONDS)
        shares = await self._share(ready, now)
        if not shares:
            return FULL_SECONDS
        result = await self._round(shares)
        for key, asked in shares.items():
            self._paces.charge(key, now, result.queued[key])
            if result.claimed[key] < asked:
                self._dry.add(key)
        self._moved |= result.claimed.keys()
        spared = result.claimed.total() - result.queued.total()
        if result.queued.total() >= AT_ONCE // 2 or (spared and not result.blocked):
            return 0.0
        return max(ROUND_SECONDS - (time.monotonic() - now), 0.0)

    def _is_able(self, campaign: WorkingCampaign) -> bool:
        """Whether a campaign runs and has a contact whose turn may have come."""
        return (
            campaign.status == "on"
            and campaign.phase == "ready"
            and campaign.id not in self._dry
            and campaign.id not in self._blocked
            and campaign.id in self._runs
            and (campaign.has_waiting or campaign.has_due)
            and cause_of(self._sender, campaign) is None
            and not self._runs[campaign.id].rests()
        )

    async def _share(self, ready: list[WorkingCampaign], now: float) -> dict[UUID, int]:
        """How many contacts of each campaign are taken, within what may wait for the dispatcher."""
        assert self._sender is not None
        async with self._database.connection() as connection:
            rows = await fetch(
                connection,
                store.select_lead(self._organization_id, self._integration_id, most=COUNTED_LEAD),
            )
        running = {each.id for each in self._campaigns if each.status == "on"}
        queued = {row.campaign_id: row.queued for row in rows if row.campaign_id in running}
        room = min(lead_of(self._sender.throughput) - sum(queued.values()), AT_ONCE)
        wanted = {
            each.id: min(
                self._paces.available(each.id, now),
                lead_of(self._rates[each.id]) - queued.get(each.id, 0),
            )
            for each in ready
        }
        self._turn += 1
        if self._careful:
            room, wanted = min(room, 1), dict.fromkeys(wanted, 1)
        return share_room(room, wanted, turn=self._turn)

    async def _round(self, shares: dict[UUID, int]) -> RoundResult:
        """Take contacts in one transaction. A defect is narrowed down to the contact at fault."""
        try:
            result = await self._pump_contacts(shares)
        except UNAVAILABLE:
            raise
        except Exception:
            log.exception("pump.round_failed", key=self._lease.key, contacts=sum(shares.values()))
            if self._careful:
                return await self._pump_contacts(shares, is_defect=True)
            self._careful = sum(shares.values())
            return RoundResult()
        self._careful = max(self._careful - result.claimed.total(), 0)
        for key, blocked in result.blocked.items():
            if not blocked.passes:
                self._blocked[key] = blocked
        return result

    async def _pump_contacts(
        self, shares: dict[UUID, int], *, is_defect: bool = False
    ) -> RoundResult:
        async with self._database.transaction() as connection:
            return await pump_contacts(
                connection,
                self._pump.catalogue,
                self._lease,
                runs=self._runs,
                shares=shares,
                is_defect=is_defect,
            )

    async def _tell(self) -> None:
        """Announce how far the campaigns are that moved."""
        now = time.monotonic()
        if not self._moved or now - self._told_at < TELL_SECONDS:
            return
        told = [self._moved.pop() for _ in range(min(len(self._moved), TOLD_AT_ONCE))]
        self._told_at = now
        async with self._database.connection() as connection:
            await announce_progress(connection, self._organization_id, told)
