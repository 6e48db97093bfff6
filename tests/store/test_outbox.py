"""The outbox between dispatchers, callbacks and workers that die, on real connections."""

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest

from tests.sending import Line, Sending
from tidings.domain.sending import Priority
from tidings.store.database import Database
from tidings.store.ids import new_id
from tidings.store.leases import Lease, insert_sender_leases, take_leases
from tidings.store.outbox import (
    DueMessage,
    Requeued,
    Settled,
    claim_due,
    expire_unknown,
    requeue,
    settle,
)
from tidings.store.query import execute, fetch

LONGEST = timedelta(seconds=90)


@pytest.fixture
async def line(sending: Sending) -> Line:
    return await sending.connect()


async def hold(database: Database, line: Line, *, seconds: float = 60) -> Lease:
    async with database.connection() as connection:
        await execute(connection, insert_sender_leases())
        await connection.execute(
            "UPDATE lease SET expires_at = now() - interval '1 ms' WHERE key = %s",
            [str(line.integration_id)],
        )
        taken = await fetch(
            connection, take_leases("dispatch", new_id(), most=1000, seconds=seconds)
        )
    return next(lease for lease in taken if lease.key == str(line.integration_id))


async def claim(
    database: Database, line: Line, lease: Lease, *, limit: int = 100
) -> list[DueMessage]:
    async with database.connection() as connection:
        return await fetch(
            connection, claim_due(lease, line.integration_id, limit=limit, counting=False)
        )


async def settle_all(
    database: Database, line: Line, lease: Lease, ids: list[UUID] | None = None
) -> list[Settled]:
    async with database.connection() as connection:
        return await fetch(
            connection, settle(lease, line.integration_id, ids=ids or [], longest=LONGEST)
        )


async def states(sending: Sending, line: Line) -> dict[UUID, str]:
    rows = await sending.rows(
        "SELECT message_id, state FROM outbox WHERE integration_id = %s", line.integration_id
    )
    return {row[0]: row[1] for row in rows}


async def put_back(database: Database, line: Line, row: Requeued) -> None:
    async with database.connection() as connection:
        await execute(connection, requeue(line.organization.id, [row]))


async def test_a_claim_marks_and_commits_before_anything_is_called(
    database: Database, sending: Sending, line: Line
) -> None:
    ids = await sending.queue(line, 3)

    due = await claim(database, line, await hold(database, line))

    assert [each.message_id for each in due] == ids
    assert await states(sending, line) == dict.fromkeys(ids, "sending")
    assert {each.attempts for each in due} == {1}


async def test_claims_of_one_holder_at_once_never_share_a_message(
    database: Database, sending: Sending, line: Line
) -> None:
    ids = await sending.queue(line, 120)
    lease = await hold(database, line)

    parts = await asyncio.gather(*(claim(database, line, lease, limit=20) for _ in range(8)))

    claimed = [each.message_id for part in parts for each in part]
    assert len(claimed) == len(set(claimed))
    rest = await claim(database, line, lease, limit=200)
    assert sorted(claimed + [each.message_id for each in rest]) == sorted(ids)


async def test_a_dispatcher_that_slept_through_its_lease_claims_nothing(
    database: Database, sending: Sending, line: Line
) -> None:
    ids = await sending.queue(line)
    sleeper = await hold(database, line)
    heir = await hold(database, line)

    assert await claim(database, line, sleeper) == []
    assert [each.message_id for each in await claim(database, line, heir)] == ids


async def test_an_expired_lease_claims_nothing_even_if_nobody_took_it(
    database: Database, sending: Sending, line: Line
) -> None:
    await sending.queue(line)
    lease = await hold(database, line, seconds=-1)

    assert await claim(database, line, lease) == []


async def test_lanes_go_by_priority_and_then_by_age(
    database: Database, sending: Sending, line: Line
) -> None:
    campaign = await sending.queue(line, 2, priority=Priority.CAMPAIGN)
    notification = await sending.queue(line, 2)
    agent = await sending.queue(line, 2, priority=Priority.AGENT)
    lease = await hold(database, line)

    order = [(await claim(database, line, lease, limit=1))[0].message_id for _ in range(6)]

    assert [set(order[n : n + 2]) for n in (0, 2, 4)] == [
        set(agent), set(notification), set(campaign)
    ]  # fmt: skip


async def test_what_went_nowhere_is_due_again_after_its_delay(
    database: Database, sending: Sending, line: Line
) -> None:
    (message_id,) = await sending.queue(line)
    lease = await hold(database, line)
    await claim(database, line, lease)

    await put_back(database, line, Requeued(message_id, 1, 3600.0))
    assert await states(sending, line) == {message_id: "queued"}
    assert await claim(database, line, lease) == []

    await sending.rows("UPDATE outbox SET due_at = now() WHERE message_id = %s", message_id)
    assert [each.attempts for each in await claim(database, line, lease)] == [2]


async def test_putting_an_attempt_back_twice_does_not_touch_the_next_one(
    database: Database, sending: Sending, line: Line
) -> None:
    """The answer to a commit was lost, so it is written again: meanwhile the message is out."""
    (message_id,) = await sending.queue(line)
    lease = await hold(database, line)
    await claim(database, line, lease)
    await put_back(database, line, Requeued(message_id, 1, 0.0))
    assert len(await claim(database, line, lease)) == 1

    await put_back(database, line, Requeued(message_id, 1, 0.0))

    assert await states(sending, line) == {message_id: "sending"}
    assert await claim(database, line, lease) == []


async def test_what_an_earlier_holder_left_is_unknown_and_not_due(
    database: Database, sending: Sending, line: Line
) -> None:
    (message_id,) = await sending.queue(line)
    await claim(database, line, await hold(database, line))
    heir = await hold(database, line)

    settled = await settle_all(database, line, heir)

    assert [each.message_id for each in settled] == [message_id]
    assert await states(sending, line) == {message_id: "unknown"}
    assert await claim(database, line, heir) == []
    status = await sending.one("SELECT status FROM message WHERE id = %s", message_id)
    assert status == "unknown"


async def test_a_holders_own_calls_under_way_are_left_alone(
    database: Database, sending: Sending, line: Line
) -> None:
    young, old = await sending.queue(line, 2)
    lease = await hold(database, line)
    await claim(database, line, lease)
    await sending.rows(
        "UPDATE outbox SET called_at = now() - interval '91 s' WHERE message_id = %s", old
    )

    await settle_all(database, line, lease)

    assert await states(sending, line) == {young: "sending", old: "unknown"}


async def test_a_call_whose_callback_came_first_is_done(
    database: Database, sending: Sending, line: Line
) -> None:
    (message_id,) = await sending.queue(line)
    lease = await hold(database, line)
    await claim(database, line, lease)
    await sending.rows(
        "UPDATE message SET provider_message_id = 'wamid.1', status = 'delivered' WHERE id = %s",
        message_id,
    )

    assert await settle_all(database, line, lease, [message_id]) == []
    assert await states(sending, line) == {}


async def test_an_unknown_outcome_expires_at_its_deadline_only(
    database: Database, sending: Sending, line: Line
) -> None:
    early, late = await sending.queue(line, 2)
    await claim(database, line, await hold(database, line))
    await settle_all(database, line, await hold(database, line))
    await sending.rows(
        "UPDATE outbox SET called_at = now() - interval '61 min' WHERE message_id = %s", late
    )

    async with database.connection() as connection:
        gone = await fetch(
            connection,
            expire_unknown(
                line.organization.id, line.integration_id, deadline=timedelta(minutes=60)
            ),
        )

    assert [each.message_id for each in gone] == [late]
    assert await states(sending, line) == {early: "unknown"}


async def test_one_integrations_queue_is_not_anothers(
    database: Database, sending: Sending, line: Line
) -> None:
    other = await sending.connect()
    await sending.queue(line)

    assert await claim(database, other, await hold(database, other)) == []
