"""What becomes of customers' messages on numbers with a workstream: a queue, or their agent."""

import itertools
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import pytest

from tests.api_client import Api
from tests.routing import Desk
from tests.sending import HOOK, Line, Sending, entry, inbound, sign, webhook
from tests.world import Actor
from tidings.actions.conversations_in import resume_parked, route_open
from tidings.actions.offers import accept_offer
from tidings.actions.participation import derive, move
from tidings.actions.queueing import (
    Entry,
    close_conversations,
    enter_queue,
    leave_queue,
)
from tidings.domain.classification import Condition, Rule
from tidings.store.participants import ParticipantKey, Step

Write = Callable[..., Awaitable[UUID]]
PARK = Step(origins=("connected",), state="parked")
_count = itertools.count(1)


@pytest.fixture
def desk(sending: Sending) -> Desk:
    return Desk(sending.database, sending.world)


@pytest.fixture
async def line(sending: Sending) -> Line:
    return await sending.connect()


@pytest.fixture
def write(api: Api, sending: Sending, line: Line) -> Write:
    """A customer writes these texts, in one webhook; gives the conversation of the last."""

    async def write(phone: str, *texts: str, **changes: Any) -> UUID:
        values = [
            inbound(text, sender=phone, wamid=f"wamid.in-{next(_count)}", **changes)
            for text in texts
        ]
        body = webhook(entry(line, *values))
        headers = sign(line.app_secret, body)
        assert (await api.as_(None).post(HOOK, content=body, headers=headers)).status == 200
        await sending.apply_webhooks()
        found = await sending.one(
            "SELECT conversation_id FROM message WHERE from_address = %s ORDER BY id DESC", phone
        )
        assert isinstance(found, UUID)
        return found

    return write


def a_phone() -> str:
    return f"4915199{next(_count):06d}"


async def connected(desk: Desk, conversation_id: UUID, agent: Actor) -> ParticipantKey:
    """The agent is offered the conversation and accepts it."""
    (offered,) = await desk.offer((conversation_id, agent))
    async with desk.database.transaction(desk.organization_id) as connection:
        await accept_offer(connection, agent.caller, conversation_id, offered.participant_id)
    return ParticipantKey(conversation_id, offered.participant_id)


async def disconnected(desk: Desk, key: ParticipantKey, **changes: Any) -> None:
    """The agent ends it; with `acw_state` they still wrap it up."""
    step = Step(origins=("connected",), state="disconnected", disconnect_type="client", **changes)
    async with desk.database.transaction() as connection:
        await move(connection, desk.organization_id, [key], step)
        await derive(
            connection, desk.organization_id, [key.conversation_id], otherwise="disconnected"
        )


async def closed(desk: Desk, conversation_id: UUID) -> None:
    """The conversation ends, for nobody said anything."""
    async with desk.database.transaction() as connection:
        await close_conversations(
            connection,
            desk.organization_id,
            [conversation_id],
            reason="inactivity",
            disconnect_type="inactivity",
        )


async def test_a_number_without_a_workstream_asks_nobody(desk: Desk, write: Write) -> None:
    conversation_id = await write(a_phone(), "Hello")

    assert await desk.state(conversation_id) == ("open", None)
    assert await desk.waiting(conversation_id) is None
    assert await desk.events(conversation_id) == []


async def test_a_message_waits_in_the_queue_of_the_first_rule_that_fits(
    desk: Desk, line: Line, write: Write
) -> None:
    boats, other = await desk.queue(), await desk.queue()
    skill_id = await desk.skill("Boats")
    rule = Rule(
        name="Boats",
        queue_id=boats,
        when=(Condition("text", "containsWord", ("boat",)),),
        skills=(skill_id,),
        priority=7,
    )
    await desk.stream(line, other, rules=[rule], capacity_units=2, decline_limit=2)

    first = await desk.waiting(await write(a_phone(), "Hello", "I need a boat."))
    second = await desk.waiting(await write(a_phone(), "Hello"))

    assert first is not None
    assert (first.queue_id, first.skill_ids, first.priority) == (boats, [skill_id], 7)
    assert (first.units, first.decline_limit) == (2, 2)
    assert second is not None
    assert (second.queue_id, second.skill_ids) == (other, [])


async def test_several_customers_of_one_batch_are_all_queued_once(
    desk: Desk, line: Line, write: Write
) -> None:
    await desk.stream(line, await desk.queue())
    phone = a_phone()

    first = await write(phone, "One", "Two", "Three")
    assert await write(phone, "Four") == first

    assert await desk.events(first) == ["queued", "changed"]
    assert len(await desk.participants(first)) == 1


async def test_without_rule_and_fallback_it_is_open_and_nobodys(
    desk: Desk, line: Line, write: Write
) -> None:
    await desk.stream(line, None)

    conversation_id = await write(a_phone(), "Hello")

    assert await desk.waiting(conversation_id) is None
    assert await desk.state(conversation_id) == ("open", None)


async def test_who_has_an_agent_stays_with_them(desk: Desk, line: Line, write: Write) -> None:
    queue_id = await desk.queue()
    await desk.stream(line, queue_id)
    agent = await desk.agent(queue_id)
    phone = a_phone()
    conversation_id = await write(phone, "Hello")
    await connected(desk, conversation_id, agent)

    assert await write(phone, "Are you there?") == conversation_id

    assert await desk.state(conversation_id) == ("connected", agent.id)
    assert await desk.waiting(conversation_id) is None
    assert (await desk.events(conversation_id))[-1] == "changed"


async def test_a_parked_conversation_comes_back_with_its_load(
    desk: Desk, line: Line, write: Write
) -> None:
    queue_id = await desk.queue()
    await desk.stream(line, queue_id)
    agent = await desk.agent(queue_id)
    phone = a_phone()
    conversation_id = await write(phone, "Hello")
    key = await connected(desk, conversation_id, agent)
    async with desk.database.transaction() as connection:
        await move(connection, desk.organization_id, [key], PARK)
    assert await desk.held(agent) == (0, "IDLE")

    await write(phone, "I am back.")

    assert await desk.held(agent) == (1, "INTERACTING")
    assert (await desk.participants(conversation_id))[-1].state == "connected"
    assert (await desk.events(conversation_id))[-1] == "resumed"
    async with desk.database.transaction() as connection:
        assert await resume_parked(connection, desk.organization_id, [key]) == set()


async def test_a_parked_conversation_of_who_is_offline_waits_for_another(
    desk: Desk, line: Line, write: Write
) -> None:
    queue_id = await desk.queue()
    await desk.stream(line, await desk.queue())
    agent = await desk.agent(queue_id)
    phone = a_phone()
    conversation_id = await write(phone, "Hello")
    async with desk.database.transaction() as connection:
        await leave_queue(
            connection, desk.organization_id, [conversation_id], disconnect_type="transfer"
        )
        entry = Entry(conversation_id=conversation_id, queue_id=queue_id, units=2)
        await enter_queue(connection, desk.organization_id, [entry])
    key = await connected(desk, conversation_id, agent)
    async with desk.database.transaction() as connection:
        await move(connection, desk.organization_id, [key], PARK)
    await desk.presence(agent, "Offline")

    await write(phone, "I am back.")

    assert await desk.held(agent) == (0, "OFF_QUEUE")
    waiting = await desk.waiting(conversation_id)
    assert waiting is not None
    assert (waiting.queue_id, waiting.preferred_id) == (queue_id, agent.id)
    assert waiting.units == 2
    assert await desk.state(conversation_id) == ("open", None)


async def test_a_customer_who_comes_back_is_to_be_offered_to_the_last_agent(
    desk: Desk, line: Line, write: Write
) -> None:
    queue_id = await desk.queue()
    await desk.stream(line, queue_id)
    agent = await desk.agent(queue_id)
    phone = a_phone()
    conversation_id = await write(phone, "Hello")
    await disconnected(desk, await connected(desk, conversation_id, agent))
    assert await desk.state(conversation_id) == ("disconnected", None)

    assert await write(phone, "One more thing") == conversation_id

    waiting = await desk.waiting(conversation_id)
    assert waiting is not None
    assert waiting.preferred_id == agent.id
    assert await desk.state(conversation_id) == ("open", None)


async def test_a_workstream_says_for_how_long_a_conversation_goes_on(
    desk: Desk, line: Line, write: Write
) -> None:
    await desk.stream(line, await desk.queue(), threading_hours=0)
    phone = a_phone()
    conversation_id = await write(phone, "Hello")
    assert await write(phone, "Are you there?") == conversation_id
    await closed(desk, conversation_id)

    assert await write(phone, "One more thing") != conversation_id


async def test_a_message_during_wrap_up_waits_until_the_agent_is_done(
    desk: Desk, line: Line, write: Write
) -> None:
    queue_id = await desk.queue()
    await desk.stream(line, queue_id)
    agent = await desk.agent(queue_id)
    phone = a_phone()
    conversation_id = await write(phone, "Hello")
    key = await connected(desk, conversation_id, agent)
    await disconnected(desk, key, acw_state="pending", keeps_load=True)

    await write(phone, "One more thing")
    assert await desk.waiting(conversation_id) is None

    async with desk.database.transaction() as connection:
        assert await route_open(connection, desk.organization_id, [conversation_id]) == []
        await connection.execute("UPDATE participant SET acw_state = 'complete'")
        again = await route_open(connection, desk.organization_id, [conversation_id])
    assert again == [conversation_id]


async def test_a_revoked_message_does_not_reopen_what_was_closed(
    desk: Desk, line: Line, write: Write
) -> None:
    await desk.stream(line, await desk.queue())
    phone = a_phone()
    conversation_id = await write(phone, "Hello")
    await closed(desk, conversation_id)

    revoked = {"type": "revoke", "revoke": {"original_message_id": "wamid.unknown"}}
    await write(phone, "", **revoked)

    assert await desk.state(conversation_id) == ("disconnected", None)
    assert await desk.waiting(conversation_id) is None
