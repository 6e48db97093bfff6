"""What became of calls is written down: completely, once, and after an outage too."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from tests.sending import Line, Sending, eventually
from tidings.domain.outcomes import Accepted, Fault, Refused, Unknown
from tidings.embedded import EmbeddedPostgres
from tidings.engine.recorder import Recorder, Sent
from tidings.providers.exchanges import Exchange
from tidings.settings import Settings
from tidings.store.database import Database
from tidings.store.ids import new_id
from tidings.store.leases import Lease, insert_sender_leases, take_leases
from tidings.store.outbox import DueMessage, claim_due
from tidings.store.query import execute, fetch

INVALID = Refused("meta.131009", Fault.REQUEST, "The parameter is not valid.")


@pytest.fixture
async def line(sending: Sending) -> Line:
    return await sending.connect()


@pytest.fixture
async def lease(database: Database, line: Line) -> Lease:
    async with database.connection() as connection:
        await execute(connection, insert_sender_leases())
        taken = await fetch(connection, take_leases("dispatch", new_id(), most=1000, seconds=60))
    return next(lease for lease in taken if lease.key == str(line.integration_id))


@pytest.fixture
async def recorder(database: Database, settings: Settings, lease: Lease) -> AsyncIterator[Recorder]:
    recorder = Recorder(database, settings, lease)
    yield recorder
    await recorder.drain()


async def call(
    database: Database, sending: Sending, line: Line, lease: Lease, count: int = 1
) -> list[DueMessage]:
    """Messages whose calls have gone out."""
    await sending.queue(line, count)
    async with database.connection() as connection:
        return await fetch(
            connection, claim_due(lease, line.integration_id, limit=count, counting=False)
        )


async def read(sending: Sending, message_id: UUID) -> tuple[Any, ...]:
    rows = await sending.rows(
        "SELECT m.status, m.provider_message_id, m.error_code, m.error_detail, o.state"
        " FROM message m LEFT JOIN outbox o ON o.message_id = m.id WHERE m.id = %s",
        message_id,
    )
    return rows[0]


async def test_every_kind_of_outcome_is_written(
    database: Database, sending: Sending, line: Line, lease: Lease, recorder: Recorder
) -> None:
    taken, refused, lost, back = await call(database, sending, line, lease, 4)

    recorder.record(Sent(taken, Accepted("wamid.1")))
    recorder.record(Sent(refused, INVALID))
    recorder.record(Sent(lost, Unknown("the connection broke")))
    recorder.requeue(back, delay_s=1.0)
    await recorder.drain()

    assert await read(sending, taken.message_id) == ("sent", "wamid.1", None, None, None)
    assert await read(sending, refused.message_id) == (
        "failed", None, "meta.131009", "The parameter is not valid.", None
    )  # fmt: skip
    assert await read(sending, lost.message_id) == ("unknown", None, None, None, "unknown")
    assert await read(sending, back.message_id) == ("queued", None, None, None, "queued")


async def test_an_outcome_that_is_written_twice_counts_once(
    database: Database, sending: Sending, line: Line, lease: Lease, recorder: Recorder
) -> None:
    (message,) = await call(database, sending, line, lease)

    for _ in range(3):
        recorder.record(Sent(message, INVALID))
        await recorder.drain()

    failed = await sending.one(
        "SELECT sum(failed)::int FROM usage_delta WHERE integration_id = %s", line.integration_id
    )
    assert failed == 1


async def test_one_outcome_that_cannot_be_written_does_not_hold_up_the_others(
    database: Database, sending: Sending, line: Line, lease: Lease, recorder: Recorder
) -> None:
    first, odd, last = await call(database, sending, line, lease, 3)

    for message, wamid in ((first, "wamid.a"), (odd, "wamid.\0"), (last, "wamid.c")):
        recorder.record(Sent(message, Accepted(wamid)))
    await recorder.drain()

    assert (await read(sending, first.message_id))[0] == "sent"
    assert (await read(sending, last.message_id))[0] == "sent"
    assert (await read(sending, odd.message_id))[4] == "sending", "settled later as unknown"


async def test_words_that_the_database_cannot_hold_are_mended(
    database: Database, sending: Sending, line: Line, lease: Lease, recorder: Recorder
) -> None:
    (message,) = await call(database, sending, line, lease)

    recorder.record(Sent(message, Refused("meta.1", Fault.REQUEST, "a\0b")))
    await recorder.drain()

    assert (await read(sending, message.message_id))[3] == "a\ufffdb"


async def test_long_calls_are_cut_in_the_exchange_log(
    database: Database,
    sending: Sending,
    line: Line,
    lease: Lease,
    recorder: Recorder,
    settings: Settings,
) -> None:
    (message,) = await call(database, sending, line, lease)
    exchange = Exchange(
        "POST", "https://graph/1", "ü\0".encode() * 10_000, 200, None, datetime.now(UTC), 3.7, None
    )

    recorder.log(exchange, message.message_id)
    recorder.record(Sent(message, Accepted("wamid.cut")))
    await recorder.drain()

    ((request, response, duration),) = await sending.rows(
        "SELECT request, response, duration_ms FROM exchange WHERE message_id = %s",
        message.message_id,
    )
    assert 0 < len(request.encode()) <= 2 * settings.exchange_max_bytes
    assert (response, duration) == ("", 3)


async def test_a_parked_number_tells_why(sending: Sending, line: Line, recorder: Recorder) -> None:
    await recorder.park(Refused("meta.190.463", Fault.AUTH, "The access token has expired."))

    rows = await sending.rows(
        "SELECT status, reason_code, reason FROM integration WHERE id = %s", line.integration_id
    )
    assert rows == [("error", "meta.190.463", "The access token has expired.")]


async def test_nothing_is_lost_while_the_database_is_away(
    database: Database,
    sending: Sending,
    line: Line,
    lease: Lease,
    recorder: Recorder,
    postgres: EmbeddedPostgres,
) -> None:
    messages = await call(database, sending, line, lease, 20)
    name = await sending.one("SELECT current_database()")
    postgres.psql("postgres", f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
    postgres.psql(
        "postgres",
        f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'",
    )
    for message in messages:
        recorder.record(Sent(message, Accepted(f"wamid.{message.message_id}")))
    await asyncio.wait({asyncio.create_task(recorder.drain())}, timeout=0.3)
    postgres.psql("postgres", f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')

    await asyncio.wait_for(recorder.drain(), 60)

    async def all_sent() -> bool:
        rows = await sending.rows(
            "SELECT DISTINCT status FROM message WHERE integration_id = %s", line.integration_id
        )
        return rows == [("sent",)]

    await eventually(all_sent)
