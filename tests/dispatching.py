"""Letting a line's messages go out, and what the simulated platform took of them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

from tests.api_client import Api
from tests.sending import AGENTLESS, Line, Sending, eventually, notification
from tidings.engine.dispatch import Dispatch
from tidings.simulator.ledger import Accepted
from tidings.simulator.simulation import Simulation
from tidings.store.database import Database
from tidings.store.ids import new_id
from tidings.store.leases import Lease, insert_sender_leases, take_leases
from tidings.store.query import execute, fetch


async def hold(database: Database, line: Line) -> Lease:
    """Take the line's lease, from whoever held it before."""
    async with database.connection() as connection:
        await execute(connection, insert_sender_leases())
        await connection.execute(
            "UPDATE lease SET expires_at = now() - interval '1 second' WHERE key = %s",
            [str(line.integration_id)],
        )
        taken = await fetch(connection, take_leases("dispatch", new_id(), most=1000, seconds=60))
    return next(lease for lease in taken if lease.key == str(line.integration_id))


@asynccontextmanager
async def sender(dispatch: Dispatch, line: Line) -> AsyncIterator[None]:
    """A worker that sends for this line, stopped gracefully at the end."""
    ended = asyncio.Event()
    lease = await hold(dispatch.database, line)
    task = asyncio.create_task(dispatch.work(lease, ended))
    try:
        yield
    finally:
        ended.set()
        dispatch.wake(lease.key)
        await task


async def queue(api: Api, sending: Sending, line: Line, count: int = 1) -> list[UUID]:
    """Notifications of as many customers."""
    phones = [await sending.invite() for _ in range(count)]
    answers = await asyncio.gather(
        *(api.post(AGENTLESS, notification(line, phone)) for phone in phones)
    )
    assert {answer.status for answer in answers} == {202}
    return [UUID(answer.json()["id"]) for answer in answers]


def accepted(simulation: Simulation, line: Line) -> list[Accepted]:
    """What the platform took from this number, in its order."""
    entries = (simulation.ledger.read(n) for n in range(simulation.ledger.accepted))
    return [entry for entry in entries if entry.number_id == line.number_id]


def sent_ids(simulation: Simulation, line: Line) -> list[UUID]:
    """Our ids of what the platform took from this number, in its order."""
    return [UUID(entry.callback_data) for entry in accepted(simulation, line)]


async def states(sending: Sending, line: Line) -> dict[UUID, str]:
    """The status of each message of this number."""
    rows = await sending.rows(
        "SELECT id, status FROM message WHERE integration_id = %s", line.integration_id
    )
    return dict(rows)


async def outbox(sending: Sending, line: Line) -> list[str]:
    """The states of what has still to go out from this number."""
    rows = await sending.rows(
        "SELECT state FROM outbox WHERE integration_id = %s", line.integration_id
    )
    return [row[0] for row in rows]


async def all_sent(sending: Sending, line: Line) -> None:
    """Wait until nothing of the line is left to do."""

    async def nothing_left() -> bool:
        return not await outbox(sending, line)

    await eventually(nothing_left)
