"""Looks at the outcomes of every number this worker sends for, and pauses one that fails too often.

A number whose messages mostly fail is about to be restricted by WhatsApp; pausing it first keeps
it (A7). After the cool-down a few messages go out on trial.
"""

import asyncio
import contextlib
from datetime import UTC, datetime, timedelta
from uuid import UUID

import structlog

from tidings.actions.integrations import set_integration_status
from tidings.domain.breaker import Breaker, BreakerRules, BreakerState, Outcomes, step
from tidings.engine.leases import Holder
from tidings.settings import Settings
from tidings.store.database import UNAVAILABLE, Database
from tidings.store.ids import id_at
from tidings.store.query import fetch, fetch_one
from tidings.store.senders import SenderRow, select_senders
from tidings.store.usage import select_outcomes

log = structlog.get_logger()

LOOK_SECONDS = 3.0
REASON = "breaker.open"


class Breakers:
    """The breakers of the numbers a worker holds. They start closed when a number moves here."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self._database = database
        self._window = timedelta(minutes=settings.breaker_window_minutes)
        self._rules = BreakerRules(
            failure_rate=settings.breaker_percent / 100, minimum_volume=settings.breaker_minimum
        )
        self._breakers: dict[UUID, Breaker] = {}

    async def look(self, senders: list[SenderRow]) -> None:
        """Judge each number once; a step of a breaker changes the integration's status."""
        for sender in senders:
            now = datetime.now(UTC)
            breaker = self._known(sender, now)
            since = max(breaker.since, now - self._window)
            async with self._database.connection() as connection:
                row = await fetch_one(
                    connection,
                    select_outcomes(sender.organization_id, sender.id, since=id_at(since)),
                )
            outcomes = Outcomes(row.good + row.bad, row.bad)
            after = step(breaker, outcomes, rules=self._rules, now=now)
            if after is not breaker:
                self._breakers[sender.id] = after
                await self._announce(sender, after, outcomes)

    def _known(self, sender: SenderRow, now: datetime) -> Breaker:
        """Follow what others did: an administrator's resume closes, our own pause survives."""
        breaker = self._breakers.get(sender.id)
        paused = sender.reason_code == REASON
        if breaker is None:
            state = BreakerState.OPEN if paused else BreakerState.CLOSED
            until = now + self._rules.cool_down if paused else None
            breaker = Breaker(state, now, until, trips=int(paused))
        elif breaker.state is BreakerState.OPEN and not paused:
            breaker = Breaker(BreakerState.CLOSED, now)
        self._breakers[sender.id] = breaker
        return breaker

    async def _announce(self, sender: SenderRow, breaker: Breaker, outcomes: Outcomes) -> None:
        opened = breaker.state is BreakerState.OPEN
        share = round(100 * outcomes.failure_rate)
        reason = (
            f"{outcomes.failed} of the last {outcomes.total} messages failed ({share} %). Sending "
            f"is paused until {breaker.until:%H:%M} UTC, before WhatsApp restricts the number. "
            "Look at the failures; resume when their cause is mended."
        )
        log.warning("breaker." + breaker.state.value, integration=str(sender.id), percent=share)
        async with self._database.transaction() as connection:
            await set_integration_status(
                connection,
                sender.organization_id,
                sender.id,
                status="error" if opened else "active",
                reason_code=REASON if opened else None,
                reason=reason if opened else None,
            )


async def breaker_loop(
    database: Database, settings: Settings, stop: asyncio.Event, *, holder: Holder
) -> None:
    """Look every few seconds until told to stop."""
    breakers = Breakers(database, settings)
    while not stop.is_set():
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), LOOK_SECONDS)
        held = [lease for lease in holder.held("dispatch") if lease.organization_id is not None]
        if not held:
            continue
        try:
            async with database.connection() as connection:
                senders = await fetch(
                    connection,
                    select_senders(
                        [each.organization_id for each in held if each.organization_id],
                        [UUID(each.key) for each in held],
                    ),
                )
            judged = [s for s in senders if s.status == "active" or s.reason_code == REASON]
            await breakers.look(judged)
        except UNAVAILABLE as error:
            log.warning("breaker.unavailable", error=type(error).__name__)
        except Exception:
            log.exception("breaker.failed")
