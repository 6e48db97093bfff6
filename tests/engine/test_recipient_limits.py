"""An account's limit of unique customers holds for all its numbers, whichever worker has them."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any

import pytest

from tests.dispatching import accepted, sender
from tests.sending import Line, Sending, eventually
from tidings.engine.dispatch import Dispatch
from tidings.engine.recorder import observe
from tidings.providers.http import Http
from tidings.settings import Settings
from tidings.simulator.main import simulator
from tidings.simulator.simulation import Simulation
from tidings.store.database import Database
from tidings.store.secret_box import load_secret_box

LIMIT = 50
CONFIG: dict[str, Any] = {"settings": {"enforce_pair_rate": False}}


@pytest.fixture(scope="module")
async def simulation(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Simulation]:
    async with simulator(tmp_path_factory.mktemp("simulator"), config=CONFIG) as simulation:
        yield simulation


@pytest.fixture
async def workers(database: Database, settings: Settings) -> AsyncIterator[list[Dispatch]]:
    """Three workers that know nothing of each other."""
    https = [Http(observer=observe) for _ in range(3)]
    box = load_secret_box(settings)
    yield [Dispatch(database, settings, box, http=http) for http in https]
    for http in https:
        await http.close()


async def limited(sending: Sending, simulation: Simulation) -> list[Line]:
    """Three numbers of one account, which may message fifty customers a day."""
    first = await sending.connect(simulation=simulation)
    others = [
        await sending.connect(simulation=simulation, account_id=first.account_id) for _ in range(2)
    ]
    await sending.rows(
        "UPDATE integration SET messaging_limit = 'TIER_50' WHERE account_id = %s", first.account_id
    )
    return [first, *others]


async def test_numbers_on_different_workers_never_exceed_the_accounts_limit(
    sending: Sending, simulation: Simulation, workers: list[Dispatch], database: Database
) -> None:
    lines = await limited(sending, simulation)
    for line in lines:
        await sending.queue(line, 40)

    async def all_judged() -> bool:
        rows = await sending.rows(
            "SELECT 1 FROM outbox WHERE integration_id = ANY(%s) AND due_at <= now()",
            [line.integration_id for line in lines],
        )
        return not rows

    async with AsyncExitStack() as senders:
        for worker, line in zip(workers, lines, strict=True):
            await senders.enter_async_context(sender(worker, line))
        await eventually(all_judged)

    sent = [each for line in lines for each in accepted(simulation, line)]
    assert len(sent) == LIMIT
    states = await sending.rows(
        "SELECT state, count(*) FROM outbox WHERE integration_id = ANY(%s) GROUP BY 1",
        [line.integration_id for line in lines],
    )
    assert states == [("queued", 3 * 40 - LIMIT)]


async def test_a_customer_who_counts_already_is_messaged_though_the_limit_is_reached(
    sending: Sending, simulation: Simulation, workers: list[Dispatch]
) -> None:
    line, *_ = await limited(sending, simulation)
    ids = await sending.queue(line, 3)
    rows = await sending.rows("SELECT to_address FROM message WHERE id = ANY(%s)", ids[:1])
    filler = [f"4915199{n:06}" for n in range(LIMIT - 1)]
    await sending.rows(
        "INSERT INTO recipient_day (organization_id, account_id, address, counted_at)"
        " SELECT %s, %s, unnest(%s::text[]), now()",
        line.organization.id,
        line.account_id,
        [rows[0][0], *filler],
    )

    async def judged() -> bool:
        return bool(
            await sending.one(
                "SELECT count(*) FROM outbox WHERE integration_id = %s AND state = 'queued'"
                " AND due_at > now()",
                line.integration_id,
            )
            == 2
        )

    async with sender(workers[0], line):
        await eventually(judged)

    assert [each.callback_data for each in accepted(simulation, line)] == [str(ids[0])]
