"""Router, clock, customers and agents at once, on the same few conversations: nothing tears."""

import asyncio
import random
from datetime import UTC, datetime
from uuid import UUID

import pytest

from tests.routing import Desk
from tests.sending import Line, Sending
from tests.world import Actor
from tidings.actions.consults import hand_over
from tidings.actions.conversations_in import Arrival, read_streams, take_in
from tidings.actions.offers import accept_offer, decline_offer
from tidings.actions.queueing import close_conversations
from tidings.domain.errors import Rejection
from tidings.engine.router import Router
from tidings.engine.routing_clock import RoutingClock
from tidings.store.participants import hold_conversations
from tidings.store.query import fetch

HANDS = 6
STEPS = 25
ALONE = ("write", "answer", "answer", "close", "tick", "route", "route")
TOGETHER = (*ALONE, "consult", "consult")


@pytest.fixture
def desk(sending: Sending) -> Desk:
    return Desk(sending.database, sending.world)


async def write(desk: Desk, line: Line, conversations: list[UUID], chance: random.Random) -> None:
    """Customers write in several conversations, in one batch of intake."""
    arrivals = [
        Arrival(
            conversation_id=each,
            integration_id=line.integration_id,
            text="Hello",
            at=datetime.now(UTC),
        )
        for each in chance.sample(conversations, 5)
    ]
    async with desk.database.transaction() as connection:
        ids = [each.conversation_id for each in arrivals]
        await fetch(connection, hold_conversations(desk.organization_id, ids))
        streams = await read_streams(connection, desk.organization_id, [line.integration_id])
        await take_in(connection, desk.organization_id, arrivals, streams=streams)


async def answer(desk: Desk, agents: list[Actor], chance: random.Random) -> None:
    """Some agent accepts or declines what they are offered; or it times out."""
    agent = chance.choice(agents)
    async with desk.database.connection() as connection:
        cursor = await connection.execute(
            "SELECT conversation_id, id FROM participant WHERE user_id = %s AND state = 'alerting'",
            (agent.id,),
        )
        offers = await cursor.fetchall()
        if offers and chance.random() < 0.2:
            expiry = "UPDATE participant SET expires_at = now() WHERE id = %s"
            await connection.execute(expiry, (offers[0][1],))
    step = accept_offer if chance.random() < 0.6 else decline_offer
    for conversation_id, participant_id in offers[:2]:
        async with desk.database.transaction(desk.organization_id) as connection:
            await step(connection, agent.caller, conversation_id, participant_id)


async def consult(desk: Desk, agents: list[Actor], chance: random.Random) -> None:
    """Somebody who has a conversation asks another, or hands it over to them."""
    owner, other = chance.sample(agents, 2)
    held = (
        "SELECT conversation_id, id FROM participant WHERE user_id = %s AND mode = 'primary'"
        " AND state = 'connected'"
    )
    async with desk.database.connection() as connection:
        rows = await (await connection.execute(held, (owner.id,))).fetchall()
    if rows:
        async with desk.database.transaction(desk.organization_id) as connection:
            conversation_id, part_id = chance.choice(rows)
            await hand_over(connection, owner.caller, conversation_id, part_id, other.id)


async def close(desk: Desk, conversations: list[UUID], chance: random.Random) -> None:
    """Several conversations are ended, whatever they are."""
    async with desk.database.transaction() as connection:
        await close_conversations(
            connection,
            desk.organization_id,
            chance.sample(conversations, 3),
            reason="agent",
            disconnect_type="client",
        )


async def hand(
    desk: Desk,
    line: Line,
    agents: list[Actor],
    conversations: list[UUID],
    *,
    seed: int,
    steps: tuple[str, ...],
) -> None:
    """One of those who act at once: so many steps by chance."""
    chance = random.Random(seed)
    clock, router = RoutingClock(desk.database), Router(desk.database)
    for _ in range(STEPS):
        step = chance.choice(steps)
        try:
            match step:
                case "write":
                    await write(desk, line, conversations, chance)
                case "answer":
                    await answer(desk, agents, chance)
                case "consult":
                    await consult(desk, agents, chance)
                case "close":
                    await close(desk, conversations, chance)
                case "tick":
                    await clock.tick()
                case "route":
                    await router.route_some(desk.organization_id)
        except Rejection:
            continue  # somebody else was first


@pytest.mark.parametrize(("first", "steps"), [(0, ALONE), (100, ALONE), (200, TOGETHER)])
async def test_many_hands_at_once_tear_nothing(
    desk: Desk, sending: Sending, first: int, steps: tuple[str, ...]
) -> None:
    line = await sending.connect()
    queue_id = await desk.queue()
    await desk.stream(line, queue_id)
    agents = [await desk.agent(queue_id, capacity=3) for _ in range(4)]
    conversations = [await desk.waits(queue_id) for _ in range(12)]
    async with desk.database.transaction() as connection:
        await connection.execute(
            "UPDATE conversation SET integration_id = %s WHERE id = ANY(%s)",
            (line.integration_id, conversations),
        )

    await asyncio.gather(
        *(
            hand(desk, line, agents, conversations, seed=first + n, steps=steps)
            for n in range(HANDS)
        )
    )

    for agent in agents:
        load, _ = await desk.held(agent)
        # A colleague may hand somebody more than their capacity; the router never does.
        assert load <= 3 or steps is TOGETHER
    for conversation_id in conversations:
        state, owner = await desk.state(conversation_id)
        waiting = await desk.waiting(conversation_id)
        alive = [p for p in await desk.participants(conversation_id) if p.state != "disconnected"]
        owners = [p.user_id for p in alive if p.purpose == "agent" and p.mode == "primary"]
        assert {p.asked_by for p in alive if p.mode == "consult"} <= {owner}
        stays = [p for p in alive if p.purpose == "acd"]
        assert owners == ([] if owner is None else [owner])
        assert len(stays) == (waiting is not None)
        assert state == ("connected" if owner else "open" if waiting else "disconnected")
        if waiting is not None:
            assert waiting.offered_to == owner
