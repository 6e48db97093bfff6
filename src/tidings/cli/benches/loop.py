"""Notifications through one number: queued, sent, and every callback come back and applied.

Everything runs: web, worker, simulator and database, on this machine. The simulator's ledger is
the judge: each message it accepted once, and every status applied.
"""

import asyncio
import time
import urllib.request
from pathlib import Path
from typing import Any

import msgspec

from tidings.cli.benches.campaigns import make_campaign, make_list, start
from tidings.cli.benches.cast import hire_cast, queue_messages, simulator_config
from tidings.cli.benches.judge import judge
from tidings.cli.benches.result import BenchResult
from tidings.cli.benches.stage import Stage, open_database, read_url, set_stage, wait_for_http
from tidings.store.database import Database
from tidings.store.measures import count_backlog
from tidings.store.query import fetch_one

MESSAGES = 20_000
LONGEST_SECONDS = 240.0


async def run(*, seconds: float = 15.0, batch: int = 1, campaign: bool = False) -> BenchResult:
    """Queue messages, let them out, and stop the clock when the last status is applied.

    As a campaign its pump writes the messages while earlier ones go out.
    """
    messages = int(MESSAGES * max(seconds, 1.0) / 15.0)
    async with set_stage() as stage, open_database(stage) as database:
        cast = await hire_cast(stage, database, customers=messages)
        start_simulator(stage, batch=batch)
        await wait_for_http(f"http://127.0.0.1:{stage.settings.simulator_port}/_simulator/state")
        web = stage.start("web")
        await stage.wait_until_ready()
        if campaign:
            list_id = await make_list(database, cast, messages)
            made = await make_campaign(database, cast, list_id)
            await start(database, cast, made.id)
        else:
            await queue_messages(database, cast, messages)
        started = time.perf_counter()
        worker = stage.start("worker")
        first = await wait_for_first(stage, started)
        before = stage.cpu_seconds()
        await wait_for_all(stage, database, messages)
        took = time.perf_counter() - first
        after = stage.cpu_seconds()

        verdict = await judge(database, await ask(stage, "ledger/callbacks"), accepted=messages)
        for process in (web, worker):
            process.memory_mb()
        return BenchResult(
            bench=_name(batch, is_campaign=campaign),
            rate=messages / took,
            unit="messages/s",
            seconds=took,
            rss_mb=max(web.peak_mb, worker.peak_mb),
            lost=verdict.lost,
            doubled=verdict.doubled,
            detail={
                "web_mb": round(web.peak_mb),
                "worker_mb": round(worker.peak_mb),
                "ambiguous": verdict.ambiguous,
                "settled": float(verdict.settled),
                **{
                    f"cpu_us_{name}": 1e6 * (after[name] - before[name]) / messages
                    for name in after
                },
                **{f"status_{name}": count for name, count in verdict.statuses.items()},
            },
        )


def _name(batch: int, *, is_campaign: bool) -> str:
    campaign = " --campaign" if is_campaign else ""
    return f"loop{campaign}" if batch == 1 else f"loop{campaign} --batch {batch}"


def start_simulator(stage: Stage, *, batch: int, callbacks: bool = True, **habits: Any) -> None:
    """Start the simulator with the cast's world, its callbacks pointed at our web process."""
    config = simulator_config(stage.settings, batch=batch, **habits)
    if not callbacks:
        config["settings"]["auto_subscribe"] = False
    path = stage.folder / "world.json"
    Path(path).write_bytes(msgspec.json.encode(config))
    stage.start(f"simulator --config {path}")


async def wait_for_first(stage: Stage, started: float) -> float:
    """The moment at which the first message was accepted; start-up is not measured."""
    while (await ask(stage, "ledger"))["accepted"] == 0:
        if time.perf_counter() - started > 60:
            raise RuntimeError(f"nothing was sent: {stage.log_of('worker')}")
        await asyncio.sleep(0.05)
    return time.perf_counter()


async def wait_for_all(stage: Stage, database: Database, messages: int) -> None:
    """Wait until every message and every callback is through; give up after a long while."""
    deadline = time.perf_counter() + LONGEST_SECONDS
    while time.perf_counter() < deadline:
        ledger = await ask(stage, "ledger")
        owed = ledger["statuses_owed"] + ledger["events_owed"]
        if ledger["accepted"] >= messages and owed == 0:
            async with database.connection() as connection:
                backlog = await fetch_one(connection, count_backlog())
            if backlog.queued + backlog.sending + backlog.webhooks == 0:
                return
        for process in stage.processes:
            process.memory_mb()
        await asyncio.sleep(0.1)


async def ask(stage: Stage, path: str) -> dict[str, Any]:
    """Read the simulator's control API."""
    url = f"http://127.0.0.1:{stage.settings.simulator_port}/_simulator/{path}"
    answer: dict[str, Any] = msgspec.json.decode(await asyncio.to_thread(read_url, url))
    return answer


async def put(stage: Stage, path: str, body: object) -> None:
    """Change something of the simulator."""
    url = f"http://127.0.0.1:{stage.settings.simulator_port}/_simulator/{path}"
    request = urllib.request.Request(
        url,
        data=msgspec.json.encode(body),
        method="PUT",
        headers={"Content-Type": "application/json"},
    )
    deadline = time.perf_counter() + 20
    while True:
        try:
            await asyncio.to_thread(send, request)
            return
        except OSError:
            if time.perf_counter() > deadline:
                raise
            await asyncio.sleep(0.2)


def send(request: urllib.request.Request) -> None:
    """Make a request to this machine and leave its answer unread."""
    urllib.request.urlopen(request, timeout=5).close()  # noqa: S310
