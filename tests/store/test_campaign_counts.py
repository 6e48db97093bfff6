"""What a campaign came to is the sum of its changes, folded or not."""

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
