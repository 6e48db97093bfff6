"""A campaign's pace over a minute, and how soon a stop takes effect at full speed.

Both are read from the simulator's ledger: the times at which messages arrived there.
"""

import asyncio
import time
from collections import Counter
from uuid import UUID

import msgspec

from tidings.actions.campaign_control import stop_campaign
from tidings.actions.organizations import operator
from tidings.cli.benches.campaigns import make_campaign, make_list, start
from tidings.cli.benches.cast import Cast, hire_cast
from tidings.cli.benches.loop import start_simulator, wait_for_first
from tidings.cli.benches.result import BenchResult
from tidings.cli.benches.stage import Stage, open_database, read_url, set_stage, wait_for_http
from tidings.store.database import Database

PER_MINUTE = 6_000
CONTACTS = 60_000
SETTLE_SECONDS = 2.0
FULL_SPEED_SECONDS = 5.0
AFTER_STOP_SECONDS = 6.0


class _Line(msgspec.Struct):
    """A line of the ledger; only accepted messages have a recipient."""

    at: int = 0
    to: str = ""


async def run(*, seconds: float = 60.0) -> BenchResult:
    """Measure the pace over so many seconds, then stop a campaign that runs as fast as it can."""
    async with set_stage() as stage, open_database(stage) as database:
        cast = await hire_cast(stage, database, customers=CONTACTS)
        start_simulator(stage, batch=10)
        await wait_for_http(f"http://127.0.0.1:{stage.settings.simulator_port}/_simulator/state")
        list_id = await make_list(database, cast, CONTACTS)
        stage.start("web")
        await stage.wait_until_ready()
        paced = await _paced_times(stage, database, cast, list_id, seconds=seconds)
        late = await _seconds_after_stop(stage, database, cast, list_id)
        by_second = Counter(int(at) for at in paced)
        return BenchResult(
            bench="pace",
            rate=len(paced) / seconds * 60,
            unit="messages/min",
            seconds=seconds,
            limit_rate=float(PER_MINUTE),
            detail={
                "deviation_percent": 100 * (len(paced) / seconds * 60 / PER_MINUTE - 1),
                "most_in_a_second": float(max(by_second.values())),
                "least_in_a_second": float(min(by_second[s] for s in range(int(seconds)))),
                "last_after_stop_s": late,
            },
        )


async def _paced_times(
    stage: Stage, database: Database, cast: Cast, list_id: UUID, *, seconds: float
) -> list[float]:
    """When each message of the measured time arrived, in seconds from its beginning."""
    campaign = await make_campaign(
        database, cast, list_id, name="Paced", messages_per_minute=PER_MINUTE
    )
    await start(database, cast, campaign.id)
    begun = time.perf_counter()
    stage.start("worker")
    await wait_for_first(stage, begun)
    await asyncio.sleep(SETTLE_SECONDS)
    start_ms = time.time() * 1000
    await asyncio.sleep(seconds)
    end_ms = start_ms + 1000 * seconds
    await _stop(database, cast, campaign.id)
    await asyncio.sleep(SETTLE_SECONDS)
    return [(at - start_ms) / 1000 for at in await _arrivals(stage) if start_ms <= at < end_ms]


async def _seconds_after_stop(stage: Stage, database: Database, cast: Cast, list_id: UUID) -> float:
    """How long after the stop was committed the last message arrived; negative: before it."""
    campaign = await make_campaign(database, cast, list_id, name="Fast")
    await start(database, cast, campaign.id)
    await asyncio.sleep(FULL_SPEED_SECONDS)
    await _stop(database, cast, campaign.id)
    stopped_ms = time.time() * 1000
    before = len(await _arrivals(stage))
    await asyncio.sleep(AFTER_STOP_SECONDS)
    arrivals = await _arrivals(stage)
    assert before, "the campaign was not under way when it was stopped"
    return (max(arrivals) - stopped_ms) / 1000


async def _stop(database: Database, cast: Cast, campaign_id: UUID) -> None:
    async with database.transaction() as connection:
        await stop_campaign(connection, operator(cast.organization_id), campaign_id)


async def _arrivals(stage: Stage) -> list[int]:
    """The times in milliseconds at which the simulator accepted messages."""
    url = f"http://127.0.0.1:{stage.settings.simulator_port}/_simulator/ledger/dump"
    dump = await asyncio.to_thread(read_url, url)
    lines = [msgspec.json.decode(line, type=_Line) for line in dump.splitlines() if line]
    return [line.at for line in lines if line.to]
