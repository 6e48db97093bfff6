"""Stored status and message webhooks -> applied."""

import asyncio
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import UUID

import msgspec

from tidings.actions.statuses import Recording, apply_standings
from tidings.cli.benches.cast import (
    ACCOUNT_ID,
    BUSINESS_NUMBER,
    NUMBER_ID,
    Cast,
    hire_cast,
    phone,
    queue_messages,
)
from tidings.cli.benches.ingest import status_body
from tidings.cli.benches.result import BenchResult
from tidings.cli.benches.stage import open_database, set_stage
from tidings.store.database import Database
from tidings.store.inbox import Received, insert_received
from tidings.store.integrations import WHATSAPP_CLOUD
from tidings.store.measures import count_backlog, select_untold
from tidings.store.outcomes import Standing
from tidings.store.query import execute, fetch, fetch_one

STATUSES = ("sent", "delivered", "read")
LANE = 1
BATCH = 500


async def run(*, seconds: float = 8.0) -> BenchResult:
    """Write webhooks down beforehand, then time a worker until all are applied."""
    messages = int(1_500 * seconds)
    inbound = messages // 4
    async with set_stage() as stage, open_database(stage) as database:
        cast = await hire_cast(stage, database, customers=messages)
        await queue_messages(database, cast, messages)
        ids = await settle_sends(database, cast)
        bodies = list(webhook_bodies(ids, inbound))
        for start in range(0, len(bodies), BATCH):
            rows = [
                Received(WHATSAPP_CLOUD, cast.organization_id, LANE, body)
                for body in bodies[start : start + BATCH]
            ]
            async with database.connection() as connection:
                await execute(connection, insert_received(rows))
        worker = stage.start("worker")
        took = await time_intake(database, len(bodies))
        return BenchResult(
            bench="intake",
            rate=len(bodies) / took,
            unit="events/s",
            seconds=took,
            rss_mb=worker.memory_mb(),
        )


async def settle_sends(database: Database, cast: Cast) -> list[str]:
    """Record every queued message as accepted, as a dispatcher would."""
    first = "00000000-0000-0000-0000-000000000000"
    async with database.connection() as connection:
        rows = await fetch(connection, select_untold(first, 1_000_000))
    now = datetime.now(UTC)
    for start in range(0, len(rows), BATCH):
        standings = [
            Standing(UUID(row.id), "sent", provider_message_id=f"wamid.{row.id}", sent_at=now)
            for row in rows[start : start + BATCH]
        ]
        async with database.transaction() as connection:
            await apply_standings(
                connection,
                cast.organization_id,
                standings,
                answered=True,
                recording=Recording(timedelta(days=1)),
            )
    return [row.id for row in rows]


def webhook_bodies(ids: list[str], inbound: int) -> Iterator[bytes]:
    """Each status in a webhook of its own, and customers' messages between them."""
    for number, message_id in enumerate(ids):
        for status in STATUSES:
            yield status_body(number, status, message_id=message_id)
        if number < inbound:
            yield message_body(number)


def message_body(number: int) -> bytes:
    """A webhook with one text from a customer."""
    message = {
        "from": phone(number),
        "id": f"wamid.in.{number}",
        "timestamp": str(int(time.time())),
        "type": "text",
        "text": {"body": "Thank you, that works for me."},
    }
    value = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": BUSINESS_NUMBER, "phone_number_id": NUMBER_ID},
        "contacts": [{"profile": {"name": "Amina"}, "wa_id": phone(number)}],
        "messages": [message],
    }
    change = {"field": "messages", "value": value}
    entry = {"id": ACCOUNT_ID, "changes": [change]}
    return msgspec.json.encode({"object": "whatsapp_business_account", "entry": [entry]})


async def time_intake(database: Database, total: int) -> float:
    """Seconds from the first webhook applied to the last."""
    started = 0.0
    while True:
        async with database.connection() as connection:
            left = (await fetch_one(connection, count_backlog())).webhooks
        if not started and left < total:
            started = time.perf_counter()
        if left == 0:
            return time.perf_counter() - started
        await asyncio.sleep(0.02)
