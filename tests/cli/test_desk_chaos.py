"""A desk through kills: agents work over the API, customers write by script, nothing is lost."""

import random

from tidings.cli.benches.manners import Manners
from tidings.cli.chaos import run_desk

QUICK = Manners(thinks=(0.05, 0.3), patience=(0.4, 1.0), away=(0.2, 0.6), vanishes=0.1)


async def test_a_small_desk_survives_kills_of_web_and_worker_and_database() -> None:
    luck = random.Random(5)
    outcome = await run_desk(2, agents=5, conversations=12, luck=luck, manners=QUICK, hurry=20.0)

    desk = outcome.desk
    assert desk is not None
    assert (outcome.lost, outcome.doubled, outcome.sending) == (0, 0, 0), outcome
    assert desk.ends.conversations == 12
    assert desk.ends.ended + desk.ends.held + desk.ends.waiting == 12
    assert desk.deeds.sent == desk.known > 0
    assert desk.looks > 0
