"""Offers: made at most once and within capacity, accepted, declined, timed out."""

import asyncio

import pytest

from tests.routing import Desk
from tests.world import World
from tidings.actions.offers import accept_offer, decline_offer, expire_offers
from tidings.actions.queueing import Entry, close_conversations, enter_queue, leave_queue
from tidings.domain.errors import Kind, Rejection
from tidings.store.database import Database
from tidings.store.participants import ParticipantKey


@pytest.fixture
def desk(database: Database, world: World) -> Desk:
    return Desk(database, world)


async def test_a_conversation_enters_a_queue_once_and_waits_there(desk: Desk) -> None:
    queue_id = await desk.queue()
    conversation_id = await desk.waits(queue_id)

    async with desk.database.transaction() as connection:
        again = await enter_queue(
            connection,
            desk.organization_id,
            [Entry(conversation_id=conversation_id, queue_id=queue_id)],
        )

    assert again == []
    assert await desk.state(conversation_id) == ("open", None)
    (stay,) = await desk.participants(conversation_id)
    assert (stay.purpose, stay.state, stay.queue_id) == ("acd", "connected", queue_id)
    assert await desk.events(conversation_id) == ["queued"]


async def test_what_names_a_queue_that_is_gone_stays_as_it_is(desk: Desk) -> None:
    conversation_id = await desk.conversation()

    async with desk.database.transaction() as connection:
        entry = Entry(conversation_id=conversation_id, queue_id=conversation_id)
        assert await enter_queue(connection, desk.organization_id, [entry]) == []

    assert await desk.waiting(conversation_id) is None
    assert await desk.state(conversation_id) == ("open", None)


async def test_an_accepted_offer_ends_the_stay_and_makes_an_owner(desk: Desk) -> None:
    queue_id = await desk.queue()
    agent = await desk.agent(queue_id)
    conversation_id = await desk.waits(queue_id)

    (offered,) = await desk.offer((conversation_id, agent))
    assert await desk.state(conversation_id) == ("connected", agent.id)
    assert await desk.held(agent) == (1, "INTERACTING")
    async with desk.database.transaction(desk.organization_id) as connection:
        await accept_offer(connection, agent.caller, conversation_id, offered.participant_id)

    stay, own = await desk.participants(conversation_id)
    assert (stay.state, stay.disconnect_type) == ("disconnected", "transfer")
    assert (own.state, own.user_id, own.expires_at) == ("connected", agent.id, None)
    assert await desk.waiting(conversation_id) is None
    assert await desk.state(conversation_id) == ("connected", agent.id)
    assert await desk.held(agent) == (1, "INTERACTING")
    assert await desk.events(conversation_id) == ["queued", "offered", "connected"]


async def test_a_declined_offer_waits_again_with_its_age_and_who_declined(desk: Desk) -> None:
    queue_id = await desk.queue()
    agent = await desk.agent(queue_id)
    conversation_id = await desk.waits(queue_id, age=90)
    before = await desk.waiting(conversation_id)
    (offered,) = await desk.offer((conversation_id, agent))

    async with desk.database.transaction(desk.organization_id) as connection:
        await decline_offer(connection, agent.caller, conversation_id, offered.participant_id)

    after = await desk.waiting(conversation_id)
    assert before is not None
    assert after is not None
    assert (after.entered_at, after.offered_to) == (before.entered_at, None)
    assert after.declined == {str(agent.id): 1}
    assert await desk.state(conversation_id) == ("open", None)
    assert await desk.held(agent) == (0, "IDLE")


async def test_an_offer_that_timed_out_makes_its_agent_not_responding(desk: Desk) -> None:
    queue_id = await desk.queue()
    agent = await desk.agent(queue_id)
    conversation_id = await desk.waits(queue_id)
    (offered,) = await desk.offer((conversation_id, agent))

    async with desk.database.transaction() as connection:
        key = ParticipantKey(conversation_id, offered.participant_id)
        assert len(await expire_offers(connection, desk.organization_id, [key])) == 1
        assert await expire_offers(connection, desk.organization_id, [key]) == []

    assert await desk.held(agent) == (0, "NOT_RESPONDING")
    other = await desk.waits(queue_id)
    assert await desk.offer((other, agent)) == []
    with pytest.raises(Rejection) as refused:
        async with desk.database.transaction(desk.organization_id) as connection:
            await accept_offer(connection, agent.caller, conversation_id, offered.participant_id)
    assert refused.value.code == "conversation.participant.state"


async def test_another_agents_offer_is_not_there(desk: Desk) -> None:
    queue_id = await desk.queue()
    agent, other = await desk.agent(queue_id), await desk.agent(queue_id)
    conversation_id = await desk.waits(queue_id)
    (offered,) = await desk.offer((conversation_id, agent))

    for step in (accept_offer, decline_offer):
        with pytest.raises(Rejection) as refused:
            async with desk.database.transaction(desk.organization_id) as connection:
                await step(connection, other.caller, conversation_id, offered.participant_id)
        assert refused.value.kind is Kind.ABSENT


async def test_nobody_is_offered_more_than_they_can_hold(desk: Desk) -> None:
    queue_id = await desk.queue()
    agent = await desk.agent(queue_id, capacity=2)
    conversations = [await desk.waits(queue_id) for _ in range(4)]

    made = await desk.offer(*((each, agent) for each in conversations))

    assert [each.conversation_id for each in made] == conversations[:2]
    assert await desk.held(agent) == (2, "INTERACTING")


async def test_two_routers_at_once_offer_each_conversation_once(desk: Desk) -> None:
    queue_id = await desk.queue()
    agents = [await desk.agent(queue_id, capacity=3) for _ in range(4)]
    conversations = [await desk.waits(queue_id) for _ in range(12)]
    pairs = [(each, agents[at % 4]) for at, each in enumerate(conversations)]

    made = await asyncio.gather(*(desk.offer(*pairs) for _ in range(4)))

    offered = [each.conversation_id for some in made for each in some]
    assert sorted(offered) == sorted(conversations)
    assert [await desk.held(each) for each in agents] == [(3, "INTERACTING")] * 4


async def test_a_queue_that_answers_by_itself_connects_at_once(desk: Desk) -> None:
    queue_id = await desk.queue(auto_answer=True)
    agent = await desk.agent(queue_id)
    conversation_id = await desk.waits(queue_id)

    await desk.offer((conversation_id, agent))

    assert await desk.waiting(conversation_id) is None
    stay, own = await desk.participants(conversation_id)
    assert (stay.state, own.state) == ("disconnected", "connected")
    assert await desk.events(conversation_id) == ["queued", "connected"]


async def test_leaving_a_queue_withdraws_the_offer(desk: Desk) -> None:
    queue_id = await desk.queue()
    agent = await desk.agent(queue_id)
    conversation_id = await desk.waits(queue_id, priority=3)
    await desk.offer((conversation_id, agent))

    async with desk.database.transaction() as connection:
        (left,) = await leave_queue(
            connection, desk.organization_id, [conversation_id], disconnect_type="transfer"
        )

    assert (left.queue_id, left.priority) == (queue_id, 3)
    stay, own = await desk.participants(conversation_id)
    assert (stay.state, own.state) == ("disconnected", "disconnected")
    assert await desk.held(agent) == (0, "IDLE")


async def test_who_was_offered_a_conversation_hears_that_it_was_closed(desk: Desk) -> None:
    queue_id = await desk.queue()
    agent = await desk.agent(queue_id)
    conversation_id = await desk.waits(queue_id)
    await desk.offer((conversation_id, agent))

    async with desk.database.transaction() as connection:
        await close_conversations(
            connection,
            desk.organization_id,
            [conversation_id],
            reason="agent",
            disconnect_type="client",
        )
        cursor = await connection.execute(
            "SELECT body FROM event WHERE kind = 'conversation.closed' AND entity_id = %s",
            (conversation_id,),
        )
        rows = await cursor.fetchall()

    ((body,),) = rows
    assert body["userIds"] == [str(agent.id)]
    assert body["state"] == "disconnected"
    assert await desk.held(agent) == (0, "IDLE")


async def test_a_closed_conversation_has_nobody(desk: Desk) -> None:
    queue_id = await desk.queue()
    agent = await desk.agent(queue_id)
    conversation_id = await desk.waits(queue_id)
    (offered,) = await desk.offer((conversation_id, agent))
    async with desk.database.transaction(desk.organization_id) as connection:
        await accept_offer(connection, agent.caller, conversation_id, offered.participant_id)

    async with desk.database.transaction() as connection:
        await close_conversations(
            connection,
            desk.organization_id,
            [conversation_id],
            reason="inactivity",
            disconnect_type="inactivity",
        )

    assert await desk.state(conversation_id) == ("disconnected", None)
    assert {each.state for each in await desk.participants(conversation_id)} == {"disconnected"}
    assert await desk.held(agent) == (0, "IDLE")
