"""A number that is forbidden during a run: the ledger's times tell whether a claim obeyed."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.pumping import Pumping, phones, row
from tests.sending import Sending
from tidings.cli.benches.obedience import judge_obedience
from tidings.store.database import Database


async def pages(*calls: dict[str, Any]) -> AsyncIterator[list[dict[str, Any]]]:
    """The ledger, a call a page."""
    for each in calls:
        yield [each]


async def test_only_what_was_claimed_before_is_called_after_a_number_was_forbidden(
    pumping: Pumping, sending: Sending, database: Database
) -> None:
    early, later, free = phones(3)
    line = await sending.connect()
    campaign = await pumping.campaign(line, [row(early), row(free)])
    before_claim = datetime.now(UTC)
    await pumping.start(campaign)
    pump = await pumping.pump(line)
    await pumping.work(pump)
    committed = datetime.now(UTC)
    query = "SELECT to_address, id::text FROM message WHERE campaign_id = %s"
    message_of = dict(await sending.rows(query, campaign.id))

    def call(number: str, after: timedelta) -> dict[str, Any]:
        at = round((committed + after).timestamp() * 1_000)
        return {"wa_id": number, "at": at, "callback_data": message_of.get(number, "unknown")}

    calls = [
        call(early, timedelta(seconds=-1)),
        call(early, timedelta(seconds=2)),
        call(free, timedelta(seconds=2)),
    ]
    obeyed = await judge_obedience(database, {early: committed}, pages(*calls))
    broken = await judge_obedience(database, {early: before_claim}, pages(*calls))
    foreign = await judge_obedience(
        database, {later: committed}, pages(call(later, timedelta(seconds=1)))
    )

    assert (obeyed.claimed_before, obeyed.late) == (1, 0)
    assert 1.9 < obeyed.longest_s <= 2.0
    assert (broken.claimed_before, broken.late) == (0, 1)
    assert foreign.late == 1
