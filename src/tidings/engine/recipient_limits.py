"""The 24-hour limit of an account's unique customers, kept by all its numbers together (W6).

Counting by itself is enough for a number that is alone, and far below the limit. Near it, where
the account's other numbers could use up the rest before the next count, every new customer is
entered into the common list before the call: the limit is never exceeded, whoever sends where.
"""

import time
from uuid import UUID

import structlog

from tidings.domain.limits import RecipientBudget, tier_limit
from tidings.store.database import UNAVAILABLE, Database
from tidings.store.outbox import DueMessage
from tidings.store.query import execute, fetch, fetch_one
from tidings.store.recipients import (
    lock_recipients,
    reserve_recipients,
    select_neighbours,
    select_recipients,
)
from tidings.store.senders import SenderRow

log = structlog.get_logger()

COUNT_SECONDS = 60.0
SHORTEST_WAIT = 5.0
LONGEST_WAIT = 300.0


class RecipientLimit:
    """What one number may use of its account's limit."""

    def __init__(self, database: Database, *, in_flight: int) -> None:
        self._database = database
        self._in_flight = in_flight
        self._budget: RecipientBudget | None = None
        self._sender: SenderRow | None = None
        self._others_may_use = 0
        self._counted_at = -COUNT_SECONDS

    @property
    def counting(self) -> bool:
        """Whether the account has a limit at all."""
        return self._budget is not None

    async def keep(self, sender: SenderRow | None) -> None:
        """Count anew once a minute: other numbers of the account add to it too."""
        now = time.monotonic()
        if now - self._counted_at <= COUNT_SECONDS:
            return
        self._sender = sender
        limit = tier_limit(sender.messaging_limit) if sender else None
        if sender is None or limit is None:
            self._budget = None
        else:
            await self._read(sender, limit)
        self._counted_at = now

    async def _read(self, sender: SenderRow, limit: int) -> None:
        organization_id, account_id = sender.organization_id, sender.account_id
        async with self._database.connection() as connection:
            rows = await fetch(
                connection, select_recipients(organization_id, account_id, limit=limit)
            )
            others = await fetch_one(
                connection, select_neighbours(organization_id, account_id, but=sender.id)
            )
        known = [(row.address, row.counted_at.timestamp()) for row in rows]
        self._budget = RecipientBudget(limit, known)
        # Twice the time between counts: ours and theirs are up to one apart.
        self._others_may_use = int(
            others.throughput * 2 * COUNT_SECONDS + others.numbers * self._in_flight
        )

    async def hold_back(self, due: list[DueMessage]) -> dict[UUID, float]:
        """Which of these must wait because no new customer fits, and for how many seconds."""
        if self._budget is None or self._sender is None:
            return {}
        counting = [message for message in due if message.counts]
        clock = time.time()
        rest = self._budget.remaining(clock) or 0
        if self._others_may_use and rest <= self._others_may_use:
            admitted = await self._reserve(self._sender, counting)
            for address in admitted:
                self._budget.take(address, clock)
            held = [each for each in counting if each.to_address not in admitted]
        else:
            held = [each for each in counting if not self._budget.take(each.to_address, clock)]
        if not held:
            return {}
        wait = min(max(self._budget.ready_in(clock), SHORTEST_WAIT), LONGEST_WAIT)
        soon = time.monotonic() - COUNT_SECONDS + SHORTEST_WAIT
        self._counted_at = min(self._counted_at, soon)
        return {message.message_id: wait for message in held}

    async def _reserve(self, sender: SenderRow, messages: list[DueMessage]) -> set[str]:
        """Enter customers into the common list, as many as fit; gives those who may be messaged.

        Nobody while the database is away: these messages are claimed, and must not be lost.
        """
        if not messages or self._budget is None or self._budget.limit is None:
            return set()
        organization_id, account_id = sender.organization_id, sender.account_id
        addresses = list(dict.fromkeys(message.to_address for message in messages))
        reserve = reserve_recipients(
            organization_id, account_id, addresses, limit=self._budget.limit
        )
        try:
            async with self._database.transaction() as connection:
                await execute(connection, lock_recipients(organization_id, account_id))
                rows = await fetch(connection, reserve)
        except UNAVAILABLE as error:
            log.warning("recipients.unavailable", error=type(error).__name__)
            return set()
        return {row.address for row in rows}
