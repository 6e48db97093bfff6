"""Queued -> the provider accepted -> recorded, against the same calls made without the product."""

import asyncio
import time

from tidings.cli.benches.cast import (
    ACCESS_TOKEN,
    NUMBER_ID,
    graph_address,
    hire_cast,
    phone,
    queue_messages,
)
from tidings.cli.benches.loop import ask, start_simulator
from tidings.cli.benches.result import BenchResult
from tidings.cli.benches.stage import Stage, open_database, set_stage, wait_for_http
from tidings.domain.content import Outbound, TemplateContent
from tidings.providers.http import Http
from tidings.providers.whatsapp_cloud.send import send
from tidings.providers.whatsapp_cloud.wire import Account
from tidings.store.database import Database
from tidings.store.measures import count_backlog
from tidings.store.query import fetch_one

CUSTOMERS = 10_000
PER_SECOND = 3_000


async def run(*, seconds: float = 8.0) -> BenchResult:
    """Measure the worker, then the bare calls, against the same simulator."""
    messages = int(PER_SECOND * seconds)
    async with set_stage() as stage, open_database(stage) as database:
        cast = await hire_cast(stage, database, customers=CUSTOMERS)
        start_simulator(stage, batch=1, callbacks=False)
        await wait_for_http(f"http://127.0.0.1:{stage.settings.simulator_port}/_simulator/state")
        await queue_messages(database, cast, messages)
        limit = await bare_rate(stage, seconds=2.0)
        accepted_before = (await ask(stage, "ledger"))["accepted"]
        worker = stage.start("worker")
        took = await time_dispatch(stage, database, accepted_before)
        limit = max(limit, await bare_rate(stage, seconds=2.0))
        ledger = await ask(stage, "ledger")
        return BenchResult(
            bench="dispatch",
            rate=messages / took,
            unit="messages/s",
            seconds=took,
            rss_mb=worker.memory_mb(),
            doubled=ledger["doubles"],
            limit_rate=limit,
        )


async def time_dispatch(stage: Stage, database: Database, accepted_before: int) -> float:
    """Seconds from the first message accepted to the last one recorded."""
    started = 0.0
    while True:
        if not started and (await ask(stage, "ledger"))["accepted"] > accepted_before:
            started = time.perf_counter()
        async with database.connection() as connection:
            backlog = await fetch_one(connection, count_backlog())
        if started and backlog.queued + backlog.sending == 0:
            return time.perf_counter() - started
        await asyncio.sleep(0.05)


async def bare_rate(stage: Stage, *, seconds: float) -> float:
    """How many sends a second the client and the simulator do by themselves."""
    http = Http()
    account = Account(NUMBER_ID, ACCESS_TOKEN, graph_address(stage.settings))
    text = {"type": "text", "text": "Amina"}
    content = TemplateContent(
        name="order_update",
        language="en_US",
        components=[{"type": "body", "parameters": [text, text]}],
    )
    until = time.perf_counter() + seconds
    done = 0

    async def call(worker: int) -> None:
        nonlocal done
        while time.perf_counter() < until:
            data = f"bare-{worker}-{time.perf_counter_ns()}"
            outbound = Outbound("bare", content, data, to=phone(worker))
            await send(http, account, outbound)
            done += 1

    try:
        await asyncio.gather(*(call(worker) for worker in range(64)))
    finally:
        await http.close()
    return done / seconds
