"""Whether numbers that were forbidden during a run were called: the ledger's times against ours.

An addition to a do-not-contact list holds from the next claim on: a transaction that takes
contacts and began after the addition was committed passes its number over. So a call later than
the commit is right only for a contact whose claim had begun before it.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec

from tidings.cli.benches.loop import ask
from tidings.cli.benches.stage import Stage
from tidings.store.database import Database
from tidings.store.measures import select_claims
from tidings.store.query import fetch

PAGE = 1_000


class Obedience(msgspec.Struct):
    """Calls to forbidden numbers after the prohibition was committed, as the provider saw them.

    `late` were claimed after it, and must not be; the others had been claimed before, and the
    last of them came `longest_s` after it.
    """

    forbidden: int
    claimed_before: int = 0
    late: int = 0
    longest_s: float = 0.0


async def read_calls(stage: Stage) -> AsyncIterator[list[dict[str, Any]]]:
    """Everything that the simulator accepted, a page at a time."""
    after: int | None = -1
    while after is not None:
        page = await ask(stage, f"ledger/messages?after={after}&limit={PAGE}")
        yield page["messages"]
        after = page.get("next")


async def judge_obedience(
    database: Database,
    forbidden: Mapping[str, datetime],
    calls: AsyncIterator[Sequence[Mapping[str, Any]]],
) -> Obedience:
    """Compare the ledger with when each number was forbidden (the moment after the commit)."""
    found = Obedience(len(forbidden))
    async for page in calls:
        after = [each for each in page if _is_after(each, forbidden)]
        async with database.connection() as connection:
            query = select_claims([each["callback_data"] for each in after])
            claims = {row.message_id: row.claimed_at for row in await fetch(connection, query)}
        for each in after:
            at, since = _time(each), forbidden[each["wa_id"]]
            claimed_at = claims.get(each["callback_data"])
            if claimed_at is None or claimed_at > since:
                found.late += 1
            else:
                found.claimed_before += 1
                found.longest_s = max(found.longest_s, round((at - since).total_seconds(), 3))
    return found


def _time(call: Mapping[str, Any]) -> datetime:
    return datetime.fromtimestamp(call["at"] / 1_000, UTC)


def _is_after(call: Mapping[str, Any], forbidden: Mapping[str, datetime]) -> bool:
    since = forbidden.get(call["wa_id"])
    return since is not None and _time(call) > since
