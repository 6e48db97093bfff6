"""The judge of the desk finds what must never be; a desk in order has none of it."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import pytest

from tests.routing import Desk
from tests.world import World
from tidings.store.database import Database
from tidings.store.desk_measures import DeskEnds, DeskNow, count_desk_ends, look_at_desk
from tidings.store.ids import new_id
from tidings.store.query import fetch_one


@pytest.fixture
async def desk(database: Database, world: World) -> AsyncIterator[Desk]:
    """A desk; what a test plants in it goes with the test."""
    yield Desk(database, world)
    async with database.transaction() as connection:
        await connection.execute("DELETE FROM waiting")
        await connection.execute("DELETE FROM participant")
        await connection.execute("UPDATE agent SET load = 0, routing_status = 'OFF_QUEUE'")
        await connection.execute("UPDATE conversation SET state = 'disconnected'")


async def ends(desk: Desk) -> DeskEnds:
    async with desk.database.connection() as connection:
        return await fetch_one(connection, count_desk_ends(tolerance_s=1, default_capacity=2))


async def now(desk: Desk) -> DeskNow:
    async with desk.database.connection() as connection:
        return await fetch_one(connection, look_at_desk(default_capacity=2))


async def had(
    desk: Desk, conversation_id: UUID, user_id: UUID, *, since: int, until: int | None, **more: Any
) -> None:
    """An agent had a conversation, from so many seconds ago until so many seconds ago."""
    values = {
        "organization_id": desk.organization_id,
        "conversation_id": conversation_id,
        "id": new_id(),
        "user_id": user_id,
        "purpose": "agent",
        "state": "connected" if until is None else "disconnected",
        "used_routing": "Standard",
        **more,
    }
    async with desk.database.transaction() as connection:
        await connection.execute(
            f"INSERT INTO participant ({', '.join(values)}, started_at, ended_at)"
            f" VALUES ({', '.join(f'%({name})s' for name in values)},"
            " now() - make_interval(secs => %(since)s), now() - make_interval(secs => %(until)s))",
            {**values, "since": since, "until": until},
        )


async def test_two_who_had_a_conversation_at_once_are_found(desk: Desk) -> None:
    one, other = await desk.agent(), await desk.agent()
    in_order, at_once = await desk.conversation(), await desk.conversation()
    await had(desk, in_order, one.id, since=90, until=60)
    await had(desk, in_order, other.id, since=60, until=30)
    before = (await ends(desk)).two_owners
    await had(desk, at_once, one.id, since=90, until=50)
    await had(desk, at_once, other.id, since=60, until=30)

    assert (before, (await ends(desk)).two_owners) == (0, 1)


async def test_an_offer_above_capacity_is_found_but_not_what_was_given_by_hand(
    desk: Desk,
) -> None:
    agent = await desk.agent(capacity=2)
    for since in (90, 80):
        await had(desk, await desk.conversation(), agent.id, since=since, until=40)
    await had(desk, await desk.conversation(), agent.id, since=70, until=40, used_routing="Manual")
    before = await ends(desk)
    await had(desk, await desk.conversation(), agent.id, since=60, until=50)

    assert (before.over_capacity, before.highest_load) == (0, 3)
    assert (await ends(desk)).over_capacity == 1


async def test_a_wrap_up_takes_capacity_until_it_is_done(desk: Desk) -> None:
    agent = await desk.agent(capacity=1)
    await had(desk, await desk.conversation(), agent.id, since=90, until=80, acw_state="pending")
    await had(desk, await desk.conversation(), agent.id, since=60, until=50)

    assert (await ends(desk)).over_capacity == 1


async def test_conversations_that_are_nobody_s_are_found(desk: Desk) -> None:
    await desk.conversation(state="disconnected")
    queue_id = await desk.queue()
    unexplained = await desk.waits(queue_id)
    before = await ends(desk)
    await desk.conversation()
    async with desk.database.transaction() as connection:
        await connection.execute(
            "UPDATE waiting SET offered_to = %s WHERE conversation_id = %s",
            (desk.world.sven.id, unexplained),
        )
    after = await ends(desk)

    assert (before.astray, before.without_reason, before.stranded) == (0, 1, 0)
    assert (after.astray, after.without_reason, after.stranded) == (1, 0, 1)


async def test_a_load_that_is_not_what_is_held_and_overfull_agents_are_seen(desk: Desk) -> None:
    agent, full = await desk.agent(), await desk.agent(capacity=1)
    before = await now(desk)
    await had(desk, await desk.conversation(), agent.id, since=9, until=None, held=1)
    for _ in range(2):
        await had(desk, await desk.conversation(), full.id, since=9, until=None, held=1)
    async with desk.database.transaction() as connection:
        await connection.execute("UPDATE agent SET load = 2 WHERE user_id = %s", (full.id,))
    after = await now(desk)

    assert (after.load_wrong - before.load_wrong, after.overfilled - before.overfilled) == (1, 1)
