"""What a campaign came to is the sum of its changes, folded or not."""

import time
from collections import Counter
from itertools import pairwise
from uuid import UUID

import pytest

from tests.pumping import Campaign, Pumping, phones, row
from tests.sending import Sending
from tidings.store.campaign_counts import Tally, count_move, fold_campaign_deltas
from tidings.store.query import execute

CAMPAIGN = UUID(int=1)


@pytest.fixture(scope="module")
async def sent(sending: Sending) -> tuple[Pumping, Campaign]:
    """A campaign whose three messages went out."""
    pumping = Pumping(sending)
    line = await sending.connect()
    campaign = await pumping.campaign(line, [row(each) for each in phones(3)])
    await pumping.start(campaign)
    await pumping.work(await pumping.pump(line))
    await pumping.send_out(line)
    return pumping, campaign


async def test_folding_changes_no_sum(sent: tuple[Pumping, Campaign]) -> None:
    pumping, campaign = sent
    before = await pumping.progress(campaign)
    assert (before.laid_out, before.queued, before.sent) == (3, 3, 3)
    assert before.per_minute > 0

    for _ in range(2):
        async with pumping.database.connection() as connection:
            await execute(connection, fold_campaign_deltas())
        after = await pumping.progress(campaign)
        assert (after.laid_out, after.queued, after.sent) == (3, 3, 3)
    left = await pumping.sending.one("SELECT count(*) FROM campaign_delta")
    assert left == 0


async def test_the_pace_of_a_run_that_just_began_is_of_the_time_that_has_passed(
    sent: tuple[Pumping, Campaign],
) -> None:
    pumping, campaign = sent

    async def pace(seconds_ago: int) -> tuple[float, float]:
        """The pace of a run that began so long ago, and how long ago that is now."""
        begun = time.monotonic() - seconds_ago
        async with pumping.database.transaction() as connection:
            await connection.execute(
                "UPDATE campaign SET started_at = now() - make_interval(secs => %s)",
                (seconds_ago,),
            )
            # Everything was counted in the minute in which it began.
            await connection.execute(
                "UPDATE campaign_minute m SET minute = date_trunc('minute', c.started_at)"
                " FROM campaign c WHERE c.id = m.campaign_id"
            )
        told = (await pumping.progress(campaign)).per_minute
        return told, time.monotonic() - begun

    async with pumping.database.connection() as connection:
        await execute(connection, fold_campaign_deltas())
    for seconds_ago in (10, 45):
        told, passed = await pace(seconds_ago)
        assert 3 * 60 / passed <= told <= 3 * 60 / seconds_ago
    assert (await pace(300))[0] == 0


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (["queued", "sent", "delivered", "read"], {"sent": 1, "delivered": 1, "read": 1}),
        (["queued", "read"], {"sent": 1, "delivered": 1, "read": 1}),
        (["queued", "unknown", "sent"], {"sent": 1}),
        (["queued", "sent", "failed"], {"failed": 1}),
        (["queued", "sent", "failed", "delivered"], {"sent": 1, "delivered": 1}),
    ],
)
def test_a_message_counts_as_what_it_stands_at(path: list[str], expected: dict[str, int]) -> None:
    tally: Tally = Counter()
    for before, after in pairwise(path):
        count_move(tally, CAMPAIGN, 0, before=before, after=after)

    assert {key.measure: amount for key, amount in tally.items() if amount} == expected
