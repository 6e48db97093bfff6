"""What becomes of messages: calls and callbacks write the same rows, from different processes."""

import asyncio
import itertools
import random
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
import pytest

from tests.sending import Line, Sending, eventually
from tidings.actions.statuses import (
    Callback,
    Recording,
    apply_callbacks,
    enter_waiting_room,
    take_waiting,
)
from tidings.domain.delivery import DeliveryStatus
from tidings.domain.inbound import ProviderError, StatusUpdate
from tidings.domain.outcomes import Fault
from tidings.store.database import Database
from tidings.store.outcomes import Moved, Standing, apply_standings
from tidings.store.query import Connection, fetch

NOW = datetime.now(UTC).replace(microsecond=0)
RECORDING = Recording(timedelta(days=30))


async def apply(
    database: Database, line: Line, *standings: Standing, answered: bool = False
) -> list[Moved]:
    async with database.transaction() as connection:
        query = apply_standings(line.organization.id, list(standings), answered=answered)
        return await fetch(connection, query)


async def read(sending: Sending, message_id: UUID) -> tuple[Any, ...]:
    rows = await sending.rows(
        "SELECT status, error_code, failed_at IS NOT NULL, sent_at, delivered_at, read_at"
        " FROM message WHERE id = %s",
        message_id,
    )
    return rows[0]


ALL = [
    Standing(UUID(int=0), "sent", provider_message_id="w", sent_at=NOW),
    Standing(UUID(int=0), "delivered", provider_message_id="w", delivered_at=NOW),
    Standing(UUID(int=0), "read", provider_message_id="w", read_at=NOW),
    Standing(UUID(int=0), "failed", provider_message_id="w", failed_at=NOW, error_code="meta.1"),
]


def of(message_id: UUID, standing: Standing) -> Standing:
    """The same of this message."""
    return msgspec.structs.replace(
        standing, message_id=message_id, provider_message_id=f"wamid.{message_id}"
    )


@pytest.mark.parametrize("order", list(itertools.permutations(range(4))))
async def test_statuses_end_the_same_in_every_order(
    database: Database, sending: Sending, line: Line, order: tuple[int, ...]
) -> None:
    (message_id,) = await sending.queue(line)

    for at in order:
        await apply(database, line, of(message_id, ALL[at]))

    assert await read(sending, message_id) == ("read", None, False, NOW, NOW, NOW)


@pytest.mark.parametrize(("last", "ends"), [(0, "failed"), (1, "delivered"), (2, "read")])
async def test_failed_is_below_delivered_only(
    database: Database, sending: Sending, line: Line, last: int, ends: str
) -> None:
    for order in ((3, last), (last, 3)):
        (message_id,) = await sending.queue(line)
        for at in order:
            await apply(database, line, of(message_id, ALL[at]))
        status, code, failed, *_ = await read(sending, message_id)
        assert (status, code, failed) == (
            ends,
            "meta.1" if ends == "failed" else None,
            ends == "failed",
        )


async def test_a_callback_leaves_a_call_that_is_under_way_in_the_outbox(
    database: Database, sending: Sending, line: Line
) -> None:
    (message_id,) = await sending.queue(line)
    await sending.rows("UPDATE outbox SET state = 'sending' WHERE message_id = %s", message_id)

    await apply(database, line, of(message_id, ALL[1]))
    state = await sending.one("SELECT state FROM outbox WHERE message_id = %s", message_id)
    await apply(database, line, of(message_id, ALL[0]), answered=True)

    assert state == "sending"
    assert await sending.rows("SELECT 1 FROM outbox WHERE message_id = %s", message_id) == []
    assert (await read(sending, message_id))[0] == "delivered"


async def test_a_callback_settles_what_was_unknown(
    database: Database, sending: Sending, line: Line
) -> None:
    (message_id,) = await sending.queue(line)
    await sending.rows("UPDATE outbox SET state = 'unknown' WHERE message_id = %s", message_id)
    await sending.rows("UPDATE message SET status = 'unknown' WHERE id = %s", message_id)

    await apply(database, line, of(message_id, ALL[0]))

    assert await sending.rows("SELECT 1 FROM outbox WHERE message_id = %s", message_id) == []
    assert (await read(sending, message_id))[0] == "sent"


async def test_the_first_id_of_the_provider_stays(
    database: Database, sending: Sending, line: Line
) -> None:
    (message_id,) = await sending.queue(line)
    await apply(database, line, of(message_id, ALL[0]))

    other = Standing(message_id, "delivered", provider_message_id="wamid.other")
    await apply(database, line, other)

    assert await sending.one(
        "SELECT provider_message_id FROM message WHERE id = %s", message_id
    ) == (f"wamid.{message_id}")


async def test_a_customers_own_message_has_no_delivery_status(
    database: Database, sending: Sending, line: Line
) -> None:
    (message_id,) = await sending.queue(line)
    await sending.rows("UPDATE message SET direction = 'inbound' WHERE id = %s", message_id)

    assert await apply(database, line, of(message_id, ALL[2])) == []


async def test_calls_and_callbacks_of_the_same_messages_at_once_do_not_deadlock(
    database: Database, sending: Sending, line: Line
) -> None:
    ids = await sending.queue(line, 40)
    luck = random.Random(7)

    async def storm(kind: int) -> None:
        for _ in range(6):
            chosen = luck.sample(ids, 25)
            await apply(
                database,
                line,
                *(of(message_id, ALL[kind]) for message_id in chosen),
                answered=kind == 0,
            )

    await asyncio.wait_for(asyncio.gather(*(storm(n % 4) for n in range(6))), 60)

    await apply(database, line, *(of(message_id, ALL[2]) for message_id in ids))
    rows = await sending.rows("SELECT DISTINCT status FROM message WHERE id = ANY(%s)", ids)
    assert rows == [("read",)]


def update(line: Line, wamid: str, status: DeliveryStatus) -> StatusUpdate:
    failed = status is DeliveryStatus.FAILED
    return StatusUpdate(
        provider_message_id=wamid,
        account_id=line.account_id,
        number_id=line.number_id,
        status=status,
        at=NOW,
        error=ProviderError("meta.131026", Fault.RECIPIENT, "Undeliverable") if failed else None,
    )


@pytest.mark.parametrize("status", ["delivered", "read", "failed"])
async def test_a_status_that_came_before_its_messages_id_is_applied_with_it(
    database: Database, sending: Sending, line: Line, status: str
) -> None:
    (message_id,) = await sending.queue(line)
    organization_id, wamid = line.organization.id, f"wamid.{message_id}"
    early = Callback(line.integration_id, update(line, wamid, DeliveryStatus(status)))
    async with database.transaction() as connection:
        await apply_callbacks(connection, organization_id, [early, early], recording=RECORDING)
    assert (await read(sending, message_id))[0] == "queued"

    await apply(database, line, of(message_id, ALL[0]), answered=True)
    async with database.transaction() as connection:
        await take_waiting(
            connection,
            organization_id,
            line.integration_id,
            provider_ids=[wamid],
            recording=RECORDING,
        )

    assert (await read(sending, message_id))[:2] == (
        status,
        "meta.131026" if status == "failed" else None,
    )
    left = await sending.one(
        "SELECT count(*) FROM message_status WHERE provider_message_id = %s", wamid
    )
    assert left == 0


async def record_answer(connection: Connection, line: Line, message_id: UUID) -> None:
    """What the recorder does with the answer to a call."""
    organization_id = line.organization.id
    await enter_waiting_room(connection, organization_id, line.integration_id)
    answer = of(message_id, ALL[0])
    await fetch(connection, apply_standings(organization_id, [answer], answered=True))
    await take_waiting(
        connection,
        organization_id,
        line.integration_id,
        provider_ids=[f"wamid.{message_id}"],
        recording=RECORDING,
    )


@pytest.mark.parametrize("first", ["answer", "callback"])
async def test_a_status_that_comes_while_its_message_gets_its_id_does_not_wait_for_ever(
    database: Database, sending: Sending, line: Line, first: str
) -> None:
    """Neither transaction sees the other's rows: the second must wait until the first is done."""
    (message_id,) = await sending.queue(line)
    delivered = update(line, f"wamid.{message_id}", DeliveryStatus.DELIVERED)

    async def answer(connection: Connection) -> None:
        await record_answer(connection, line, message_id)

    async def callback(connection: Connection) -> None:
        callbacks = [Callback(line.integration_id, delivered)]
        await apply_callbacks(connection, line.organization.id, callbacks, recording=RECORDING)

    async def in_its_own_transaction(step: Callable[[Connection], Awaitable[None]]) -> None:
        async with database.transaction() as connection:
            await step(connection)

    async def held_up() -> bool:
        waits = "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
        return bool(await sending.rows(waits))

    earlier, later = (answer, callback) if first == "answer" else (callback, answer)
    async with database.transaction() as connection:
        await earlier(connection)
        second = asyncio.create_task(in_its_own_transaction(later))
        await eventually(held_up)
    await second

    assert (await read(sending, message_id))[0] == "delivered"
    assert (
        await sending.rows(
            "SELECT 1 FROM message_status WHERE provider_message_id = %s", f"wamid.{message_id}"
        )
        == []
    )


async def let_wait_and_name(
    database: Database, line: Line, message_id: UUID, *, named_first: bool
) -> None:
    """A status without our id, and one with it, while no answer to the call is recorded."""
    organization_id, wamid = line.organization.id, f"wamid.{message_id}"
    nameless = update(line, wamid, DeliveryStatus.READ)
    naming = msgspec.structs.replace(
        update(line, wamid, DeliveryStatus.SENT), callback_data=str(message_id)
    )
    for each in (naming, nameless) if named_first else (nameless, naming):
        callbacks = [Callback(line.integration_id, each)]
        async with database.transaction() as connection:
            await apply_callbacks(connection, organization_id, callbacks, recording=RECORDING)


@pytest.mark.parametrize("named_first", [False, True])
async def test_a_callback_that_names_a_message_first_brings_what_waited_for_it(
    database: Database, sending: Sending, line: Line, named_first: bool
) -> None:
    """The answer to the call was lost, so no recorder will ever name the message."""
    (message_id,) = await sending.queue(line)

    await let_wait_and_name(database, line, message_id, named_first=named_first)

    assert (await read(sending, message_id))[0] == "read"
    left = await sending.one(
        "SELECT count(*) FROM message_status WHERE provider_message_id = %s", f"wamid.{message_id}"
    )
    assert left == 0


@pytest.mark.parametrize("first", ["naming", "nameless"])
async def test_a_status_that_comes_while_a_callback_names_its_message_is_not_lost(
    database: Database, sending: Sending, line: Line, first: str
) -> None:
    (message_id,) = await sending.queue(line)
    wamid = f"wamid.{message_id}"
    updates = {
        "nameless": update(line, wamid, DeliveryStatus.READ),
        "naming": msgspec.structs.replace(
            update(line, wamid, DeliveryStatus.SENT), callback_data=str(message_id)
        ),
    }
    (later,) = updates.keys() - {first}

    async def apply_one(connection: Connection, name: str) -> None:
        callbacks = [Callback(line.integration_id, updates[name])]
        await apply_callbacks(connection, line.organization.id, callbacks, recording=RECORDING)

    async def in_its_own_transaction() -> None:
        async with database.transaction() as connection:
            await apply_one(connection, later)

    async def held_up() -> bool:
        waits = "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
        return bool(await sending.rows(waits))

    async with database.transaction() as connection:
        await apply_one(connection, first)
        second = asyncio.create_task(in_its_own_transaction())
        await eventually(held_up)
    await second

    assert (await read(sending, message_id))[0] == "read"
