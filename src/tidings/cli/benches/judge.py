"""The judge of loss: the simulator's ledger against our database, message by message."""

from collections.abc import AsyncIterator

import msgspec

from tidings.store.database import Database
from tidings.store.measures import Backlog, count_backlog, count_statuses, select_untold
from tidings.store.query import fetch, fetch_one

PAGE = 20_000
FIRST = "00000000-0000-0000-0000-000000000000"
CERTAIN = frozenset({"sent", "delivered", "read", "failed"})


class Verdict(msgspec.Struct, frozen=True):
    """What a run came to. `ambiguous` are sends shown as such; `settled`: nothing is under way."""

    lost: int
    doubled: int
    ambiguous: int
    settled: bool
    statuses: dict[str, int]
    backlog: Backlog


async def judge(database: Database, callbacks: dict[str, int], *, accepted: int) -> Verdict:
    """Compare what the provider accepted with what we believe.

    Lost: messages we took on that are neither with the provider nor refused nor shown as
    ambiguous, and accepted ones whose statuses we do not know. `accepted` is how many messages
    our API took on. Doubled: ids that the provider accepted more than once.
    """
    async with database.connection() as connection:
        backlog = await fetch_one(connection, count_backlog())
        statuses = {row.status: row.count for row in await fetch(connection, count_statuses())}
    known, lost, ambiguous = 0, 0, 0
    async for message_id, status in _messages(database):
        known += 1
        with_provider = callbacks.get(message_id, 0) > 0
        if with_provider:
            lost += status not in CERTAIN
        elif status == "unknown":
            ambiguous += 1
        elif status != "failed":
            lost += 1
    lost += max(0, accepted - known)
    doubled = sum(count - 1 for count in callbacks.values() if count > 1)
    under_way = backlog.queued + backlog.sending + backlog.webhooks
    return Verdict(lost, doubled, ambiguous, under_way == 0, statuses, backlog)


async def _messages(database: Database) -> AsyncIterator[tuple[str, str]]:
    after = FIRST
    while True:
        async with database.connection() as connection:
            rows = await fetch(connection, select_untold(after, PAGE))
        for row in rows:
            yield row.id, row.status
        if len(rows) < PAGE:
            return
        after = rows[-1].id
