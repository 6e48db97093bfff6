"""`tidings chaos`: kill processes at random under load, and let the provider's ledger judge."""

import asyncio
import random
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import click
import msgspec
import uvloop

from tidings.cli.benches.backend import Backend
from tidings.cli.benches.cast import Cast, hire_cast
from tidings.cli.benches.judge import Verdict, judge
from tidings.cli.benches.loop import ask, put, start_simulator
from tidings.cli.benches.manners import Manners
from tidings.cli.benches.obedience import Obedience, judge_obedience, read_calls
from tidings.cli.benches.stage import Process, Stage, open_database, set_stage, wait_for_http
from tidings.cli.chaos_campaign import CampaignTrouble, Meddled
from tidings.cli.chaos_desk import CAPACITY, DeskReport, open_desk
from tidings.cli.root import print_json
from tidings.store.database import UNAVAILABLE, Database
from tidings.store.measures import Backlog, CampaignEnds, count_backlog
from tidings.store.query import fetch_one

CUSTOMERS = 3_000
SETTLE_SECONDS = 150.0
FAULTS: dict[str, dict[str, Any]] = {
    "duplicate": {"probability": 0.05, "times": 2},
    "reorder": {"probability": 0.05},
    "delay": {"probability": 0.05, "delay_ms": 400},
    "batch": {"probability": 0.1, "size": 20},
    "status_first": {"probability": 0.1},
    "rate_limited": {"probability": 0.01},
    "server_error": {"probability": 0.01, "when": "before"},
    "slow": {"probability": 0.01, "delay_ms": 300},
    "reset": {"probability": 0.01, "when": "after"},
}


class Outcome(msgspec.Struct, frozen=True):
    """What a chaos run came to; `ambiguous` sends are shown as such and were not sent again."""

    kills: int
    accepted: int
    lost: int
    doubled: int
    seconds: float
    ambiguous: int
    sending: int
    killed: dict[str, int]
    statuses: dict[str, int]
    contacts: CampaignEnds | None = None
    meddled: Meddled | None = None
    desk: DeskReport | None = None
    obedience: Obedience | None = None


@click.command()
@click.option("--kills", type=int, default=30, show_default=True, help="How many SIGKILLs.")
@click.option("--rate", type=int, default=60, show_default=True, help="Notifications a second.")
@click.option("--campaign", is_flag=True, help="A campaign sends instead of a backend.")
@click.option("--contacts", type=int, default=100_000, show_default=True, help="Of the campaign.")
@click.option("--desk", is_flag=True, help="Agents at their desks and customers who write.")
@click.option("--agents", type=int, default=200, show_default=True, help="Of the desk.")
@click.option("--conversations", type=int, default=5_000, show_default=True, help="Of the desk.")
@click.option("--arrivals", type=float, help="New conversations a second; 0.04 an agent.")
@click.option("--seed", type=int, help="Of the luck; the one used is printed.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object on the last line.")
def chaos(
    kills: int,
    rate: int,
    campaign: bool,
    contacts: int,
    desk: bool,
    agents: int,
    conversations: int,
    arrivals: float | None,
    seed: int | None,
    as_json: bool,
) -> None:
    """Kill web, worker, simulator and database at random, with the provider's faults on.

    A backend sends notifications all the while and repeats what was not answered, with its
    Idempotency-Key. With --campaign a campaign runs instead, which is stopped and started, and
    to whose lists contacts and numbers that must not be messaged are added. With --desk agents work
    over the public API and customers write by script; the simulator, which plays these, is spared.
    Afterwards everything must be accounted for. Exit code 1 when something was lost or doubled, or
    is left in `sending`.
    """
    seed = random.randrange(2**31) if seed is None else seed  # noqa: S311
    click.echo(f"seed {seed}", err=True)
    luck = random.Random(seed)  # noqa: S311
    if desk:
        trouble = run_desk(
            kills, agents=agents, conversations=conversations, arrivals=arrivals, luck=luck
        )
    elif campaign:
        trouble = run_campaign(kills, contacts, luck)
    else:
        trouble = run(kills, rate=rate, luck=luck)
    outcome = uvloop.run(trouble)
    if as_json:
        print_json(outcome)
    else:
        for name in Outcome.__struct_fields__:
            click.echo(f"{name}: {getattr(outcome, name)}")
    if outcome.lost or outcome.doubled or outcome.sending:
        raise click.exceptions.Exit(1)


@asynccontextmanager
async def set_faulty_stage(customers: int) -> AsyncIterator[tuple[Stage, Database, Cast]]:
    """A running installation whose provider has its faults."""
    async with (
        set_stage(provider_timeout_seconds=5, log_level="warning") as stage,
        open_database(stage) as database,
    ):
        cast = await hire_cast(stage, database, customers=customers)
        start_simulator(stage, batch=1, read_probability=0.7)
        await wait_for_http(f"http://127.0.0.1:{stage.settings.simulator_port}/_simulator/state")
        stage.start("web")
        stage.start("worker")
        stage.start("worker")
        await stage.wait_until_ready()
        await put(stage, "faults", FAULTS)
        yield stage, database, cast


async def run_campaign(kills: int, contacts: int, luck: random.Random) -> Outcome:
    """The same with a campaign that people meddle with: every contact must come to one end."""
    started = time.monotonic()
    async with set_faulty_stage(contacts) as (stage, database, cast):
        trouble = CampaignTrouble(database, cast, contacts=contacts, luck=luck)
        await trouble.begin(kills=kills)
        meddling = asyncio.create_task(trouble.meddle_loop())
        killed = await make_trouble(stage, kills, luck)
        await put(stage, "faults", {})
        await trouble.bring_to_end()
        await meddling
        backlog = await settle(stage, database)
        ends = await trouble.judge()
        obedience = await judge_obedience(database, trouble.forbidden, read_calls(stage))
        verdict = await judge(database, await ask(stage, "ledger/callbacks"), accepted=ends.taken)
        return Outcome(
            kills=sum(killed.values()),
            accepted=ends.taken,
            lost=verdict.lost + ends.left_out + ends.waiting + ends.without_message,
            doubled=verdict.doubled + ends.doubled + ends.after_dnc + obedience.late,
            seconds=round(time.monotonic() - started, 1),
            ambiguous=verdict.ambiguous,
            sending=backlog.sending,
            killed=killed,
            statuses=verdict.statuses,
            contacts=ends,
            meddled=trouble.meddled,
            obedience=obedience,
        )


async def run_desk(
    kills: int,
    *,
    agents: int,
    conversations: int,
    luck: random.Random,
    arrivals: float | None = None,
    manners: Manners | None = None,
    hurry: float = 1.0,
) -> Outcome:
    """Agents and customers at work: every conversation must come to an end or be somebody's.

    `arrivals`: conversations that begin in a second; as many as the agents can serve unless told.
    `hurry` divides the customers' pauses and patience; they begin so much faster.
    """
    started = time.monotonic()
    async with set_faulty_stage(1) as (stage, database, cast):
        trouble = await open_desk(
            stage, database, cast, agents=agents, luck=luck, manners=manners or Manners()
        )
        room = agents * CAPACITY
        rate = arrivals or max(1.0, agents / 25) * hurry
        await trouble.begin(conversations=conversations, at_once=room, rate=rate, speed=hurry)
        working = asyncio.create_task(trouble.work())
        # The kills are spread over the time in which customers begin, were nothing broken.
        between = max(2.0 / hurry, conversations / rate / max(1, kills))
        pause = (between / 2, between * 1.5)
        killed = await make_trouble(stage, kills, luck, spared=("simulator",), pause=pause)
        await put(stage, "faults", {})
        await working
        backlog = await settle(stage, database)
        report = await trouble.judge()
        callbacks = await ask(stage, "ledger/callbacks")
        verdict = await judge(database, callbacks, accepted=report.promised)
        return Outcome(
            kills=sum(killed.values()),
            accepted=report.promised,
            lost=verdict.lost + report.lost,
            doubled=verdict.doubled + report.doubled,
            seconds=round(time.monotonic() - started, 1),
            ambiguous=verdict.ambiguous,
            sending=backlog.sending,
            killed=killed,
            statuses=verdict.statuses,
            desk=report,
        )


async def run(kills: int, *, rate: int, luck: random.Random) -> Outcome:
    """Set the stage, make trouble, wait until the dust settles, and judge."""
    started = time.monotonic()
    async with set_faulty_stage(CUSTOMERS) as (stage, database, cast):
        backend = Backend(stage.settings.port, cast, rate=rate)
        sending = asyncio.create_task(backend.send_loop())
        killed = await make_trouble(stage, kills, luck)
        backend.stop()
        await sending
        await put(stage, "faults", {})
        backlog = await settle(stage, database)
        callbacks = await ask(stage, "ledger/callbacks")
        verdict = await judge(database, callbacks, accepted=len(backend.accepted))
        return _outcome(verdict, backlog, backend, killed, seconds=time.monotonic() - started)


async def make_trouble(
    stage: Stage,
    kills: int,
    luck: random.Random,
    *,
    spared: tuple[str, ...] = (),
    pause: tuple[float, float] = (0.3, 2.5),
) -> dict[str, int]:
    """Kill one thing after the other, each restarted after a moment; how often each was hit."""
    killed: dict[str, int] = {}
    victims = [each for each in stage.processes if each.name.split()[0] not in spared]
    for _ in range(kills):
        await asyncio.sleep(luck.uniform(*pause))
        victim: Process | None = luck.choice([*victims, None])
        name = "database" if victim is None else victim.name.split()[0]
        killed[name] = killed.get(name, 0) + 1
        if victim is None:
            await asyncio.to_thread(stage.postgres.kill)
            await asyncio.sleep(luck.uniform(0.0, 1.0))
            await asyncio.to_thread(stage.postgres.start)
        else:
            await asyncio.to_thread(victim.kill)
            await asyncio.sleep(luck.uniform(0.0, 1.0))
            victim.restart()
    return killed


async def settle(stage: Stage, database: Database) -> Backlog:
    """Wait until nothing is under way any more: not with us, nor with the provider."""
    deadline = time.monotonic() + SETTLE_SECONDS
    calm = 0
    while True:
        backlog = await read_backlog(stage, database)
        if backlog is not None:
            calm = calm + 1 if backlog.queued + backlog.sending + backlog.webhooks == 0 else 0
            if calm >= 3 or time.monotonic() > deadline:
                return backlog
        if time.monotonic() > deadline + 30:
            raise RuntimeError("the installation does not come back")
        await asyncio.sleep(1.0)


async def read_backlog(stage: Stage, database: Database) -> Backlog | None:
    """What is under way; None while something is not back yet or owes callbacks."""
    try:
        ledger = await ask(stage, "ledger")
        async with database.connection() as connection:
            backlog = await fetch_one(connection, count_backlog())
    except (*UNAVAILABLE, OSError):
        return None
    return None if ledger["statuses_owed"] + ledger["events_owed"] else backlog


def _outcome(
    verdict: Verdict, backlog: Backlog, backend: Backend, killed: dict[str, int], *, seconds: float
) -> Outcome:
    return Outcome(
        kills=sum(killed.values()),
        accepted=len(backend.accepted),
        lost=verdict.lost,
        doubled=verdict.doubled,
        seconds=round(seconds, 1),
        ambiguous=verdict.ambiguous,
        sending=backlog.sending,
        killed=killed,
        statuses=verdict.statuses,
    )
