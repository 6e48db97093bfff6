"""Queued -> the provider accepted -> recorded, against the same calls made without the product.

Beside the bare calls (the limit) it measures the same calls with the writes that make them safe.
"""

import asyncio
import statistics
import time
from datetime import UTC, datetime

import msgspec

from tidings.cli.benches.cast import (
    ACCESS_TOKEN,
    NUMBER_ID,
    Cast,
    graph_address,
    hire_cast,
    phone,
    queue_messages,
)
from tidings.cli.benches.loop import ask, start_simulator
from tidings.cli.benches.result import BenchResult
from tidings.cli.benches.stage import Stage, open_database, set_stage, wait_for_http
from tidings.domain.content import Content, Outbound, TemplateContent
from tidings.domain.outcomes import Accepted
from tidings.providers.http import Http
from tidings.providers.whatsapp_cloud.send import send
from tidings.providers.whatsapp_cloud.wire import Account
from tidings.store.database import Database
from tidings.store.ids import new_id
from tidings.store.leases import Lease, take_leases
from tidings.store.measures import count_backlog
from tidings.store.outbox import DueMessage, claim_due
from tidings.store.outcomes import Standing, apply_standings
from tidings.store.query import fetch, fetch_one

CUSTOMERS = 10_000
PER_SECOND = 3_000
ROUNDS = 3
BARE_SECONDS = 2.0
WRITTEN = 8_000
WRITTEN_AT_ONCE = 160
HANDS = 3
CONTENT = msgspec.json.Decoder(Content)


async def run(*, seconds: float = 18.0) -> BenchResult:
    """Measure the bare calls and the worker in turn, against the same simulator.

    A machine's speed changes from second to second, so the limit is the middle one of the bare
    rates before, between and after the worker's rounds.
    """
    messages = int(PER_SECOND * seconds / ROUNDS)
    async with set_stage() as stage, open_database(stage) as database:
        cast = await hire_cast(stage, database, customers=CUSTOMERS)
        start_simulator(stage, batch=1, callbacks=False)
        await wait_for_http(f"http://127.0.0.1:{stage.settings.simulator_port}/_simulator/state")
        limits = [await bare_rate(stage, seconds=BARE_SECONDS)]
        rounds = []
        for _ in range(ROUNDS):
            rounds.append(await dispatch_round(stage, database, cast, messages))
            limits.append(await bare_rate(stage, seconds=BARE_SECONDS))
        written = await written_rate(stage, database, cast)
        ledger = await ask(stage, "ledger")
        took = sum(each.seconds for each in rounds)
        rate = ROUNDS * messages / took
        return BenchResult(
            bench="dispatch",
            rate=rate,
            unit="messages/s",
            seconds=took,
            rss_mb=max(each.rss_mb for each in rounds),
            doubled=ledger["doubles"],
            limit_rate=statistics.median(limits),
            detail={"written_limit_rate": written, "written_ratio": rate / written},
        )


class Round(msgspec.Struct, frozen=True):
    """One worker's way through a full outbox: seconds from its first call to its last record."""

    seconds: float
    rss_mb: float


async def dispatch_round(stage: Stage, database: Database, cast: Cast, messages: int) -> Round:
    """Fill the outbox, let one worker empty it, and end the worker."""
    await queue_messages(database, cast, messages)
    accepted_before = (await ask(stage, "ledger"))["accepted"]
    worker = stage.start("worker")
    seconds = await time_dispatch(stage, database, accepted_before, messages)
    rss = worker.memory_mb()
    worker.stop()
    return Round(seconds, rss)


async def time_dispatch(
    stage: Stage, database: Database, accepted_before: int, messages: int
) -> float:
    """Seconds from the first message accepted to the last one recorded.

    The database is asked only when the simulator has all: counting what waits would slow it. A
    busy simulator answers late, so the clock starts when the question is asked.
    """
    started = 0.0
    while True:
        asked = time.perf_counter()
        accepted = (await ask(stage, "ledger"))["accepted"] - accepted_before
        if not started and accepted:
            started = asked
        if accepted >= messages:
            async with database.connection() as connection:
                backlog = await fetch_one(connection, count_backlog())
            if backlog.queued + backlog.sending == 0:
                return time.perf_counter() - started
        await asyncio.sleep(0.02)


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


async def written_rate(stage: Stage, database: Database, cast: Cast) -> float:
    """How many a second the same calls come to when each is claimed and recorded, and no more.

    The statements are the product's, which it needs to lose and double nothing; left out are its
    pace, its exchange log, its counters, events and consequences.
    """
    await queue_messages(database, cast, WRITTEN)
    async with database.connection() as connection:
        taken = take_leases("dispatch", new_id(), most=1, seconds=120)
        lease = (await fetch(connection, taken))[0]
    http = Http()
    account = Account(NUMBER_ID, ACCESS_TOKEN, graph_address(stage.settings))
    started = time.perf_counter()
    try:
        hands = (_write_and_call(database, http, account, lease, cast) for _ in range(HANDS))
        await asyncio.gather(*hands)
    finally:
        await http.close()
    return WRITTEN / (time.perf_counter() - started)


async def _write_and_call(
    database: Database, http: Http, account: Account, lease: Lease, cast: Cast
) -> None:
    """Claim, call and record until nothing is due."""
    while True:
        claim = claim_due(lease, cast.integration_id, limit=WRITTEN_AT_ONCE, counting=False)
        async with database.connection() as connection:
            due = await fetch(connection, claim)
        if not due:
            return
        outcomes = await asyncio.gather(*(_send(http, account, each) for each in due))
        now = datetime.now(UTC)
        standings = [
            Standing(each.message_id, "sent", provider_message_id=wamid, sent_at=now)
            for each, wamid in zip(due, outcomes, strict=True)
        ]
        async with database.transaction() as connection:
            await fetch(connection, apply_standings(cast.organization_id, standings, answered=True))


async def _send(http: Http, account: Account, due: DueMessage) -> str:
    own = str(due.message_id)
    outcome = await send(
        http, account, Outbound(own, CONTENT.decode(due.content), own, to=due.to_address)
    )
    assert isinstance(outcome, Accepted), outcome
    return outcome.provider_message_id
