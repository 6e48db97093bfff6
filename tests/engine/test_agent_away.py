"""Conversations whose agent is away while the customer waits: back to the queue, if asked for."""

import asyncio
from functools import partial
from uuid import UUID

import pytest

from tests.api_client import Api
from tests.counter import Counter, Open, a_phone, open_counter
from tests.sending import Sending
from tests.world import Actor
from tidings.domain.classification import Rule
from tidings.engine.router import Router
from tidings.engine.routing_clock import RoutingClock
from tidings.store.ids import new_id

BACK = "UPDATE agent SET {0} = {0} - make_interval(mins => %s) WHERE user_id = %s"


@pytest.fixture
def counter(api: Api, sending: Sending) -> Open:
    """Open a counter: a number with a workstream of these settings."""
    return partial(open_counter, api, sending)


async def change(shop: Counter, statement: str, *values: object) -> None:
    async with shop.desk.database.transaction() as connection:
        await connection.execute(statement, values)


async def passes(shop: Counter, agent: Actor, *, minutes: int, column: str = "presence_at") -> None:
    """So many minutes go by for somebody who is away; then the clocks of three workers tick."""
    await change(shop, BACK.format(column), minutes, agent.id)
    await tick(shop)


async def tick(shop: Counter) -> None:
    clocks = [RoutingClock(shop.desk.database) for _ in range(3)]
    await asyncio.gather(*(each.tick() for each in clocks))


async def web_tells(shop: Counter, *processes: tuple[int, int]) -> None:
    """Web processes tell who is there: each since so many minutes, last so many seconds ago."""
    await change(shop, "DELETE FROM attendance")
    for since_minutes, ago_seconds in processes:
        await change(
            shop,
            "INSERT INTO attendance (process_id, since, told_at) VALUES"
            " (%s, now() - make_interval(mins => %s), now() - make_interval(secs => %s))",
            new_id(),
            since_minutes,
            ago_seconds,
        )


def sails(queue_id: UUID, skill_id: UUID, language_id: UUID) -> Rule:
    """Everything asks for this skill and language, and is urgent."""
    return Rule(
        name="All", queue_id=queue_id, skills=(skill_id,), language_id=language_id, priority=30
    )


async def talks(shop: Counter, *, waited_minutes: int = 0) -> tuple[UUID, Actor]:
    """A customer wrote so long ago, and an agent has the conversation."""
    conversation_id = await shop.write(a_phone(), "Is anybody there?")
    agent = await shop.desk.agent()
    await shop.accepted(conversation_id, agent)
    await ages(shop, conversation_id, minutes=waited_minutes)
    return conversation_id, agent


async def ages(shop: Counter, conversation_id: UUID, *, minutes: int) -> None:
    """What was said and asked there is so much older."""
    for table, column, key in (
        ("message", "created_at", "conversation_id"),
        ("conversation", "waits_since", "id"),
    ):
        await change(
            shop,
            f"UPDATE {table} SET {column} = {column} - make_interval(mins => %s) WHERE {key} = %s",
            minutes,
            conversation_id,
        )


async def test_who_goes_offline_gives_the_unanswered_back_after_some_minutes(counter: Open) -> None:
    shop = await counter(agent_away_minutes=5, allowed_presences=["OnQueue", "Busy"])
    skill_id, danish = await shop.desk.skill("Sails"), await shop.desk.skill("Da", kind="language")
    await shop.let_decide([sails(await shop.desk.queue(), skill_id, danish)])
    conversation_id, agent = await talks(shop, waited_minutes=12)
    await shop.desk.presence(agent, "Offline")

    await passes(shop, agent, minutes=4)
    assert await shop.desk.state(conversation_id) == ("connected", agent.id)
    await passes(shop, agent, minutes=2)

    assert await shop.desk.state(conversation_id) == ("open", None)
    waiting = await shop.desk.waiting(conversation_id)
    assert waiting is not None
    assert (waiting.preferred_id, waiting.priority) == (agent.id, 30 + 13)
    assert waiting.allowed_presences == ["OnQueue", "Busy"]
    assert (waiting.skill_ids, waiting.language_id) == ([skill_id], danish)
    assert await shop.desk.held(agent) == (0, "OFF_QUEUE")
    parts = await shop.desk.participants(conversation_id)
    left = [each for each in parts if each.user_id == agent.id]
    assert [(each.state, each.disconnect_type, each.acw_state) for each in left] == [
        ("disconnected", "transfer.notavailable", None)
    ]
    assert (await shop.desk.events(conversation_id)).count("disconnected") == 1
    assert len([each for each in parts if each.purpose == "acd"]) == 2


async def test_who_is_back_in_time_keeps_it(counter: Open) -> None:
    shop = await counter(agent_away_minutes=5)
    conversation_id, agent = await talks(shop)
    await shop.desk.presence(agent, "Offline")
    await passes(shop, agent, minutes=4)
    await shop.desk.presence(agent, "OnQueue")

    await passes(shop, agent, minutes=30)

    assert await shop.desk.state(conversation_id) == ("connected", agent.id)


async def test_what_is_answered_waits_for_its_agent_until_the_customer_writes(
    counter: Open, api: Api
) -> None:
    shop = await counter(agent_away_minutes=5)
    phone, agent = a_phone(), await shop.desk.agent()
    conversation_id = await shop.write(phone, "Hello?")
    part = await shop.accepted(conversation_id, agent)
    path = f"/api/v2/conversations/messages/{conversation_id}/communications/{part}/messages"
    assert (await api.as_(agent).post(path, {"textBody": "One moment."})).status == 200
    await shop.desk.presence(agent, "Offline")

    await passes(shop, agent, minutes=60)
    assert await shop.desk.state(conversation_id) == ("connected", agent.id)
    await shop.write(phone, "Still there?")
    await tick(shop)

    assert await shop.desk.state(conversation_id) == ("open", None)


async def test_who_is_seen_no_more_is_away_as_long_as_web_processes_tell_who_is(
    counter: Open,
) -> None:
    shop = await counter(agent_away_minutes=5)
    conversation_id, agent = await talks(shop)

    await web_tells(shop, (60, 61))
    await passes(shop, agent, minutes=10, column="seen_at")
    assert await shop.desk.state(conversation_id) == ("connected", agent.id)
    await web_tells(shop, (4, 0))
    await tick(shop)
    assert await shop.desk.state(conversation_id) == ("connected", agent.id)
    await web_tells(shop, (6, 0))
    await tick(shop)

    assert await shop.desk.state(conversation_id) == ("open", None)


async def test_a_web_process_that_hangs_keeps_nobody_there_and_sends_nobody_away(
    counter: Open,
) -> None:
    shop = await counter(agent_away_minutes=5)
    seen_by_it, its_agent = await talks(shop)
    seen_by_another, agent = await talks(shop)

    await web_tells(shop, (60, 600), (60, 10))
    await passes(shop, its_agent, minutes=10, column="seen_at")

    assert await shop.desk.state(seen_by_it) == ("open", None)
    assert await shop.desk.state(seen_by_another) == ("connected", agent.id)


async def test_after_a_minute_without_agents_web_processes_look_for_two(counter: Open) -> None:
    shop = await counter(agent_away_minutes=1)
    conversation_id, agent = await talks(shop)

    await web_tells(shop, (1, 0))
    await passes(shop, agent, minutes=10, column="seen_at")
    assert await shop.desk.state(conversation_id) == ("connected", agent.id)
    await web_tells(shop, (2, 0))
    await tick(shop)

    assert await shop.desk.state(conversation_id) == ("open", None)


async def test_who_lost_their_agent_is_served_before_who_came_later(counter: Open) -> None:
    shop = await counter(agent_away_minutes=5)
    conversation_id, agent = await talks(shop, waited_minutes=12)
    await shop.desk.presence(agent, "Offline")
    await passes(shop, agent, minutes=6)
    waiting = await shop.desk.waiting(conversation_id)
    assert waiting is not None
    earlier = await shop.desk.waits(waiting.queue_id, age=14 * 60)
    later = await shop.desk.waits(waiting.queue_id, age=12 * 60 - 5)
    colleague = await shop.desk.agent(waiting.queue_id, capacity=2)

    await Router(shop.desk.database).route_some(shop.desk.organization_id)

    owners = [(await shop.desk.state(each))[1] for each in (earlier, conversation_id, later)]
    assert owners == [colleague.id, colleague.id, None]


async def test_who_loses_a_second_agent_keeps_the_place_and_no_minute_counts_twice(
    counter: Open,
) -> None:
    shop = await counter(agent_away_minutes=5)
    skill_id, danish = await shop.desk.skill("Oars"), await shop.desk.skill("Dk", kind="language")
    await shop.let_decide([sails(await shop.desk.queue(), skill_id, danish)])
    conversation_id, agent = await talks(shop, waited_minutes=12)
    await shop.desk.presence(agent, "Offline")
    await passes(shop, agent, minutes=6)

    second = await shop.desk.agent()
    await shop.accepted(conversation_id, second)
    await ages(shop, conversation_id, minutes=8)
    await shop.desk.presence(second, "Offline")
    await passes(shop, second, minutes=6)

    waiting = await shop.desk.waiting(conversation_id)
    assert waiting is not None
    assert waiting.priority == 30 + 21


async def test_who_was_sent_on_to_a_queue_waits_for_its_agent_without_another_word(
    counter: Open, api: Api
) -> None:
    shop = await counter(agent_away_minutes=5)
    conversation_id, agent = await talks(shop)
    part = (await shop.desk.participants(conversation_id))[-1].id
    path = f"/api/v2/conversations/messages/{conversation_id}/communications/{part}/messages"
    answered = await api.as_(agent).post(path, {"textBody": "My colleagues know about sails."})
    assert answered.status == 200
    path = f"/api/v2/conversations/messages/{conversation_id}/participants/{part}/replace"
    sent_on = await api.as_(agent).post(path, {"queueId": str(await shop.desk.queue())})
    assert sent_on.status == 202
    second = await shop.desk.agent()
    await shop.accepted(conversation_id, second)
    await ages(shop, conversation_id, minutes=7)
    await shop.desk.presence(second, "Offline")

    await passes(shop, second, minutes=6)

    assert await shop.desk.state(conversation_id) == ("open", None)
    waiting = await shop.desk.waiting(conversation_id)
    assert waiting is not None
    assert waiting.priority == 8


async def test_without_the_setting_it_stays_with_its_agent(counter: Open) -> None:
    other = await counter(agent_away_minutes=5)
    shop = await counter()
    conversation_id, agent = await talks(shop)
    await shop.desk.presence(agent, "Offline")

    await passes(shop, agent, minutes=24 * 60)

    assert await other.desk.state(conversation_id) == ("connected", agent.id)
