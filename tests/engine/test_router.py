"""The router: rounds over real rows, two at once, and why something waits."""

import asyncio
from collections.abc import AsyncIterator
from uuid import UUID

import pytest

from tests.routing import Desk
from tests.sending import eventually
from tests.world import Actor, World
from tidings.actions.offers import decline_offer
from tidings.actions.queue_members import MemberChange, change_members
from tidings.domain.waiting_reasons import read_reasons, sentence
from tidings.engine.router import Router
from tidings.store.database import Database
from tidings.store.ids import new_id
from tidings.store.leases import Lease


@pytest.fixture
async def desk(database: Database, world: World) -> AsyncIterator[Desk]:
    """A desk of which nothing waits and nobody is on queue when the next test begins."""
    yield Desk(database, world)
    async with database.transaction() as connection:
        await connection.execute("DELETE FROM waiting")
        await connection.execute("UPDATE agent SET routing_status = 'OFF_QUEUE'")


async def rounds(desk: Desk, count: int = 1) -> None:
    """So many rounds of the router."""
    for _ in range(count):
        await Router(desk.database).route_some(desk.organization_id)


async def agent_of(desk: Desk, conversation_id: UUID) -> UUID | None:
    """Who is offered a conversation, or has it."""
    return (await desk.state(conversation_id))[1]


async def why(desk: Desk, conversation_id: UUID) -> str | None:
    """Why a conversation waits, in English."""
    waiting = await desk.waiting(conversation_id)
    assert waiting is not None
    return sentence(read_reasons(waiting.why)) if waiting.why else None


async def test_what_waits_is_offered_to_who_is_idle_longest(desk: Desk) -> None:
    queue_id = await desk.queue(alerting_seconds=45)
    first, second = await desk.agent(queue_id), await desk.agent(queue_id)
    older, younger = await desk.waits(queue_id, age=20), await desk.waits(queue_id, age=10)

    await rounds(desk)

    assert (await agent_of(desk, older), await agent_of(desk, younger)) == (first.id, second.id)
    _, offer = await desk.participants(older)
    assert (offer.state, offer.used_routing) == ("alerting", "Standard")
    assert offer.expires_at is not None
    assert offer.alerting_at is not None
    assert (offer.expires_at - offer.alerting_at).total_seconds() == 45


async def test_skills_and_languages_are_held_to(desk: Desk) -> None:
    queue_id = await desk.queue()
    french = await desk.skill("Français", kind="language")
    await desk.agent(queue_id)
    speaker = await desk.agent(queue_id, skills={french: 3.0})

    conversation_id = await desk.waits(queue_id, language_id=french)
    await rounds(desk)

    assert await agent_of(desk, conversation_id) == speaker.id


async def test_why_something_waits_is_readable(desk: Desk) -> None:
    queue_id = await desk.queue()
    skill_id = await desk.skill("Anchors")
    full = await desk.agent(queue_id, skills={skill_id: 1.0}, capacity=1)
    await desk.agent(queue_id)
    await desk.agent(queue_id, presence="Busy")
    taken = await desk.waits(queue_id, age=60, skill_ids=(skill_id,))
    conversation_id = await desk.waits(queue_id, skill_ids=(skill_id,))

    await rounds(desk, 2)

    assert await agent_of(desk, taken) == full.id
    assert await why(desk, conversation_id) == (
        "1 agent lacks the skill Anchors, 1 is at capacity, 1 is off queue."
    )


async def test_a_queue_without_members_says_so(desk: Desk) -> None:
    conversation_id = await desk.waits(await desk.queue())

    await rounds(desk)

    assert await why(desk, conversation_id) == "Nobody takes part in this queue."


async def test_what_is_to_be_picked_is_never_offered(desk: Desk) -> None:
    queue_id = await desk.queue()
    await desk.agent(queue_id)
    conversation_id = await desk.waits(queue_id, distribution="pick")

    await rounds(desk)

    assert await agent_of(desk, conversation_id) is None
    assert await why(desk, conversation_id) is None


async def test_later_rings_come_with_age(desk: Desk) -> None:
    rings = [{"seconds": 30, "drop_skills": []}, {"seconds": 30, "drop_skills": []}]
    queue_id = await desk.queue(rings=rings)
    agent = await desk.agent(queue_id)
    async with desk.database.transaction() as connection:
        change = MemberChange(agent.id, ring=2)
        await change_members(connection, desk.world.ada.caller, queue_id, [change])
    young, old = await desk.waits(queue_id, age=29), await desk.waits(queue_id, age=31)

    await rounds(desk)

    assert await agent_of(desk, young) is None
    assert await agent_of(desk, old) == agent.id
    assert await why(desk, young) == "1 agent is in a later ring."


async def test_who_declines_too_often_is_asked_no_more(desk: Desk) -> None:
    queue_id = await desk.queue()
    agent = await desk.agent(queue_id)
    conversation_id = await desk.waits(queue_id, decline_limit=2)

    for _ in range(2):
        await rounds(desk)
        offer = (await desk.participants(conversation_id))[-1]
        async with desk.database.transaction(desk.organization_id) as connection:
            await decline_offer(connection, agent.caller, conversation_id, offer.id)
    await rounds(desk)

    assert await agent_of(desk, conversation_id) is None
    assert await why(desk, conversation_id) == "1 agent declined too often."
    other = await desk.agent(queue_id)
    await rounds(desk)
    assert await agent_of(desk, conversation_id) == other.id


async def test_who_comes_back_is_offered_to_the_last_agent(desk: Desk) -> None:
    queue_id = await desk.queue()
    await desk.agent(queue_id)
    known = await desk.agent(queue_id)
    conversation_id = await desk.waits(queue_id, preferred_id=known.id)

    await rounds(desk)

    assert await agent_of(desk, conversation_id) == known.id
    assert (await desk.participants(conversation_id))[-1].used_routing == "Last"


async def test_who_left_the_queue_or_took_no_part_gets_nothing(desk: Desk) -> None:
    queue_id = await desk.queue()
    agent = await desk.agent(queue_id)
    async with desk.database.transaction() as connection:
        change = MemberChange(agent.id, joined=False)
        await change_members(connection, desk.world.ada.caller, queue_id, [change])
    conversation_id = await desk.waits(queue_id)

    await rounds(desk)

    assert await agent_of(desk, conversation_id) is None


async def test_who_may_not_log_in_any_more_gets_nothing(desk: Desk) -> None:
    queue_id = await desk.queue()
    agent = await desk.agent(queue_id)
    conversation_id = await desk.waits(queue_id)
    async with desk.database.transaction() as connection:
        await desk.world.nordwind.using(connection).deactivate(agent)

    await rounds(desk)

    assert await agent_of(desk, conversation_id) is None


async def test_another_organizations_router_sees_nothing_of_it(desk: Desk) -> None:
    queue_id = await desk.queue()
    await desk.agent(queue_id)
    conversation_id = await desk.waits(queue_id)

    await Router(desk.database).route_some(desk.world.outsider.id)

    assert await agent_of(desk, conversation_id) is None


async def test_two_routers_at_once_double_nothing_and_fill_nobody_above_capacity(
    desk: Desk,
) -> None:
    queue_id = await desk.queue()
    agents: list[Actor] = [await desk.agent(queue_id, capacity=3) for _ in range(5)]
    conversations = [await desk.waits(queue_id, age=at) for at in range(30)]

    routers = [Router(desk.database) for _ in range(4)]
    await asyncio.gather(*(each.route_some(desk.organization_id) for each in routers))
    await rounds(desk)

    assert [await desk.held(each) for each in agents] == [(3, "INTERACTING")] * 5
    owners = [await agent_of(desk, each) for each in conversations]
    assert sum(each is not None for each in owners) == 15
    for conversation_id in conversations:
        rows = await desk.participants(conversation_id)
        assert sum(row.purpose == "agent" for row in rows) <= 1


async def test_what_comes_while_the_lease_is_held_is_found_without_being_woken(
    desk: Desk,
) -> None:
    queue_id = await desk.queue()
    agent = await desk.agent(queue_id)
    router, ended = Router(desk.database), asyncio.Event()
    lease = Lease("router", str(desk.organization_id), desk.organization_id, 1)
    running = asyncio.gather(router.work(lease, ended), router.look_loop(ended))

    try:
        conversation_id = await desk.waits(queue_id)
        router.wake(str(new_id()))

        async def offered() -> bool:
            return await agent_of(desk, conversation_id) == agent.id

        assert await eventually(offered)
    finally:
        ended.set()
        await running
