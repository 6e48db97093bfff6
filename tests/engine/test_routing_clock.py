"""What time alone does to conversations, each step with the rows as another worker may see them."""

import asyncio
from typing import Any
from uuid import UUID

import pytest

from tests.routing import Desk
from tests.sending import Line, Sending
from tests.world import Actor
from tidings.actions.offers import accept_offer
from tidings.actions.participation import derive, move
from tidings.engine.routing_clock import RoutingClock
from tidings.store.participants import ParticipantKey, Step


@pytest.fixture
def desk(sending: Sending) -> Desk:
    return Desk(sending.database, sending.world)


@pytest.fixture
async def line(sending: Sending) -> Line:
    return await sending.connect()


async def tick(desk: Desk, *, workers: int = 1) -> None:
    """The clocks of so many workers tick at once."""
    await asyncio.gather(*(RoutingClock(desk.database).tick() for _ in range(workers)))


async def change(desk: Desk, sql: str, *params: Any) -> None:
    """Time passes in a row."""
    async with desk.database.transaction() as connection:
        await connection.execute(sql, params)


async def offered(desk: Desk, conversation_id: UUID, agent: Actor) -> ParticipantKey:
    (made,) = await desk.offer((conversation_id, agent))
    return ParticipantKey(conversation_id, made.participant_id)


async def connected(desk: Desk, conversation_id: UUID, agent: Actor) -> ParticipantKey:
    key = await offered(desk, conversation_id, agent)
    async with desk.database.transaction(desk.organization_id) as connection:
        await accept_offer(connection, agent.caller, conversation_id, key.id)
    return key


async def step(desk: Desk, key: ParticipantKey, **changes: Any) -> None:
    """The agent's participant takes a step from being connected."""
    async with desk.database.transaction() as connection:
        await move(connection, desk.organization_id, [key], Step(origins=("connected",), **changes))
        await derive(
            connection, desk.organization_id, [key.conversation_id], otherwise="disconnected"
        )


async def test_an_offer_ends_when_its_time_is_over_and_not_before(desk: Desk) -> None:
    queue_id = await desk.queue()
    agent = await desk.agent(queue_id)
    conversation_id = await desk.waits(queue_id, age=50)
    key = await offered(desk, conversation_id, agent)

    await tick(desk)
    assert await desk.held(agent) == (1, "INTERACTING")
    await change(desk, "UPDATE participant SET expires_at = now() WHERE id = %s", key.id)
    await tick(desk, workers=3)

    assert await desk.held(agent) == (0, "NOT_RESPONDING")
    waiting = await desk.waiting(conversation_id)
    assert waiting is not None
    assert waiting.declined == {str(agent.id): 1}
    assert (await desk.events(conversation_id)).count("expired") == 1
    last = (await desk.participants(conversation_id))[-1]
    assert (last.state, last.disconnect_type) == ("disconnected", "timeout")


async def test_who_goes_off_queue_is_waited_for_no_longer(desk: Desk) -> None:
    queue_id = await desk.queue(alerting_seconds=900)
    agent = await desk.agent(queue_id)
    conversation_id = await desk.waits(queue_id)
    await offered(desk, conversation_id, agent)
    await desk.presence(agent, "Meal")

    await tick(desk, workers=2)

    assert await desk.held(agent) == (0, "OFF_QUEUE")
    waiting = await desk.waiting(conversation_id)
    assert waiting is not None
    assert waiting.offered_to is None


async def test_a_wrap_up_ends_when_its_time_is_over(desk: Desk) -> None:
    queue_id = await desk.queue()
    agent = await desk.agent(queue_id)
    conversation_id = await desk.waits(queue_id)
    key = await connected(desk, conversation_id, agent)
    await step(desk, key, state="disconnected", acw_state="pending", keeps_load=True)
    assert await desk.held(agent) == (1, "INTERACTING")

    await tick(desk)
    assert await desk.held(agent) == (1, "INTERACTING")
    await change(desk, "UPDATE participant SET acw_until = now() WHERE id = %s", key.id)
    await tick(desk, workers=3)

    assert await desk.held(agent) == (0, "IDLE")
    assert (await desk.participants(conversation_id))[-1].acw_state == "skipped"
    assert (await desk.events(conversation_id)).count("wrapup") == 1


async def test_who_wrote_during_the_wrap_up_is_queued_at_its_end(desk: Desk, line: Line) -> None:
    queue_id = await desk.queue()
    await desk.stream(line, queue_id)
    agent = await desk.agent(queue_id)
    conversation_id = await desk.waits(queue_id)
    key = await connected(desk, conversation_id, agent)
    await step(desk, key, state="disconnected", acw_state="pending", keeps_load=True)
    await change(
        desk,
        "UPDATE conversation SET state = 'open', integration_id = %s WHERE id = %s",
        line.integration_id,
        conversation_id,
    )
    await change(desk, "UPDATE participant SET acw_until = now() WHERE id = %s", key.id)

    await tick(desk)

    waiting = await desk.waiting(conversation_id)
    assert waiting is not None
    assert (waiting.queue_id, waiting.preferred_id) == (queue_id, agent.id)


async def test_a_wrap_up_without_a_time_keeps_nobody_waiting_whose_agent_went_home(
    desk: Desk, line: Line
) -> None:
    queue_id = await desk.queue()
    await desk.stream(line, queue_id)
    agent = await desk.agent(queue_id)
    conversation_id = await desk.waits(queue_id)
    key = await connected(desk, conversation_id, agent)
    await step(desk, key, state="disconnected", acw_state="pending", keeps_load=True)
    await change(
        desk,
        "UPDATE conversation SET state = 'open', integration_id = %s WHERE id = %s",
        line.integration_id,
        conversation_id,
    )
    await tick(desk)
    assert await desk.waiting(conversation_id) is None

    await change(desk, "UPDATE agent SET presence = 'Offline' WHERE user_id = %s", agent.id)
    await tick(desk, workers=3)

    waiting = await desk.waiting(conversation_id)
    assert waiting is not None
    assert (await desk.participants(conversation_id))[1].acw_state == "skipped"


async def test_a_parked_conversation_comes_back_at_its_time(desk: Desk) -> None:
    queue_id = await desk.queue()
    agent = await desk.agent(queue_id)
    conversation_id = await desk.waits(queue_id)
    key = await connected(desk, conversation_id, agent)
    await step(desk, key, state="parked")
    assert await desk.held(agent) == (0, "IDLE")

    await change(desk, "UPDATE participant SET resume_at = now() WHERE id = %s", key.id)
    await tick(desk, workers=3)

    assert await desk.held(agent) == (1, "INTERACTING")
    assert (await desk.participants(conversation_id))[-1].resume_at is None
    assert await desk.state(conversation_id) == ("connected", agent.id)


async def test_who_waits_too_long_is_sent_on_with_what_they_ask_for(desk: Desk) -> None:
    target = await desk.queue()
    overflow = {"after_seconds": 60, "action": "transfer", "queue_id": str(target)}
    queue_id = await desk.queue(overflow=overflow)
    skill_id = await desk.skill("Sails")
    early = await desk.waits(queue_id, age=59)
    late = await desk.waits(queue_id, age=125, skill_ids=(skill_id,), priority=2)

    await tick(desk, workers=3)

    waiting = await desk.waiting(late)
    assert waiting is not None
    assert (waiting.queue_id, waiting.skill_ids, waiting.hops) == (target, [skill_id], 1)
    assert waiting.priority == 4
    first, second = await desk.participants(late)
    assert (first.state, first.disconnect_type) == ("disconnected", "transfer")
    assert (second.state, second.queue_id) == ("connected", target)
    stays = await desk.waiting(early)
    assert stays is not None
    assert stays.queue_id == queue_id


async def test_queues_that_overflow_into_each_other_stop_after_five_hops(desk: Desk) -> None:
    first = await desk.queue()
    overflow = {"after_seconds": 1, "action": "transfer", "queue_id": str(first)}
    second = await desk.queue(overflow=overflow)
    conversation_id = await desk.waits(second, age=10, hops=5)

    await tick(desk)

    waiting = await desk.waiting(conversation_id)
    assert waiting is not None
    assert waiting.queue_id == second


async def test_who_is_offered_is_not_sent_on(desk: Desk) -> None:
    target = await desk.queue()
    overflow = {"after_seconds": 60, "action": "transfer", "queue_id": str(target)}
    queue_id = await desk.queue(overflow=overflow)
    agent = await desk.agent(queue_id)
    conversation_id = await desk.waits(queue_id, age=90)
    await offered(desk, conversation_id, agent)

    await tick(desk)

    waiting = await desk.waiting(conversation_id)
    assert waiting is not None
    assert (waiting.queue_id, waiting.offered_to) == (queue_id, agent.id)


async def test_a_queue_may_end_what_waits_too_long(desk: Desk) -> None:
    queue_id = await desk.queue(overflow={"after_seconds": 60, "action": "disconnect"})
    conversation_id = await desk.waits(queue_id, age=61)

    await tick(desk, workers=3)

    assert await desk.state(conversation_id) == ("disconnected", None)
    assert await desk.waiting(conversation_id) is None
    assert await desk.events(conversation_id) == ["queued", "closed"]


@pytest.mark.parametrize("stands", ["open", "connected", "parked"])
async def test_silent_conversations_are_closed_as_their_workstream_says(
    desk: Desk, line: Line, stands: str
) -> None:
    queue_id = await desk.queue()
    hours: dict[str, Any] = {
        "close_open_hours": 30,
        "close_connected_hours": 20,
        "close_parked_hours": 10,
    }
    await desk.stream(line, queue_id, **hours)
    agent = await desk.agent(queue_id)
    conversation_id = await desk.waits(queue_id)
    await change(
        desk,
        """
        UPDATE conversation SET workstream_id = n.workstream_id FROM workstream_number n
        WHERE n.integration_id = %s AND conversation.id = %s
        """,
        line.integration_id,
        conversation_id,
    )
    if stands != "open":
        key = await connected(desk, conversation_id, agent)
        if stands == "parked":
            await step(desk, key, state="parked")
    silence = "UPDATE conversation SET last_message_at = now() - make_interval(hours => %s)"
    quiet = {"open": 30, "connected": 20, "parked": 10}[stands]
    past = "UPDATE participant SET parked_at = parked_at - interval '3 days' WHERE state = 'parked'"
    await change(desk, past)

    await change(desk, silence + " WHERE id = %s", quiet - 1, conversation_id)
    await RoutingClock(desk.database).walk()
    assert (await desk.state(conversation_id))[0] != "disconnected"
    await change(desk, silence + " WHERE id = %s", quiet + 1, conversation_id)
    await RoutingClock(desk.database).walk()

    assert await desk.state(conversation_id) == ("disconnected", None)
    assert await desk.held(agent) == (0, "IDLE")


async def test_without_a_workstream_nothing_is_closed(desk: Desk) -> None:
    conversation_id = await desk.conversation()
    await change(
        desk,
        "UPDATE conversation SET last_message_at = now() - interval '1 year' WHERE id = %s",
        conversation_id,
    )

    await RoutingClock(desk.database).walk()

    assert await desk.state(conversation_id) == ("open", None)
