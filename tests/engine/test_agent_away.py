"""Conversations whose agent is away while the customer waits: back to the queue, if asked for."""

import asyncio
from functools import partial
from uuid import UUID

import pytest

from tests.api_client import Api
from tests.counter import Counter, Open, a_phone, open_counter
from tests.sending import Sending
from tests.world import Actor
from tidings.api.application import Application
from tidings.domain.classification import Rule
from tidings.engine.routing_clock import RoutingClock

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


async def web_tells(shop: Counter, *, since_minutes: int, ago_seconds: int = 0) -> None:
    """Web processes tell who is there, since so long; the last time so many seconds ago."""
    await change(
        shop,
        """
        INSERT INTO attendance (since, told_at)
        VALUES (now() - make_interval(mins => %s), now() - make_interval(secs => %s))
        ON CONFLICT (single) DO UPDATE SET since = excluded.since, told_at = excluded.told_at
        """,
        since_minutes,
        ago_seconds,
    )


def sails(queue_id: UUID, skill_id: UUID, language_id: UUID) -> Rule:
    """Everything asks for this skill and language."""
    return Rule(name="All", queue_id=queue_id, skills=(skill_id,), language_id=language_id)


async def talks(shop: Counter, *, waited_minutes: int = 0) -> tuple[UUID, Actor]:
    """A customer wrote so long ago, and an agent has the conversation."""
    conversation_id = await shop.write(a_phone(), "Is anybody there?")
    agent = await shop.desk.agent()
    await shop.accepted(conversation_id, agent)
    await change(
        shop,
        "UPDATE message SET created_at = created_at - make_interval(mins => %s)"
        " WHERE conversation_id = %s",
        waited_minutes,
        conversation_id,
    )
    return conversation_id, agent


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
    assert (waiting.preferred_id, waiting.priority) == (agent.id, 12)
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

    await web_tells(shop, since_minutes=60, ago_seconds=61)
    await passes(shop, agent, minutes=10, column="seen_at")
    assert await shop.desk.state(conversation_id) == ("connected", agent.id)
    await web_tells(shop, since_minutes=1)
    await tick(shop)
    assert await shop.desk.state(conversation_id) == ("connected", agent.id)
    await web_tells(shop, since_minutes=3)
    await tick(shop)

    assert await shop.desk.state(conversation_id) == ("open", None)


async def test_without_the_setting_it_stays_with_its_agent(counter: Open) -> None:
    other = await counter(agent_away_minutes=5)
    shop = await counter()
    conversation_id, agent = await talks(shop)
    await shop.desk.presence(agent, "Offline")

    await passes(shop, agent, minutes=24 * 60)

    assert await other.desk.state(conversation_id) == ("connected", agent.id)


async def test_the_web_process_tells_who_asks_and_who_listens(
    counter: Open, api: Api, application: Application, sending: Sending
) -> None:
    shop = await counter()
    asking, listening, gone = [await shop.desk.agent() for _ in range(3)]
    channel = await api.as_(listening).post("/api/v2/notifications/channels")
    socket = await application.hub.join(sending.world.nordwind.id, channel.json()["id"])
    assert socket is not None
    await application.attendance.tell()
    await change(shop, "UPDATE agent SET seen_at = now() - interval '1 hour'")

    await api.as_(asking).get("/api/v2/users/me")
    await application.attendance.tell()
    application.hub.leave(socket)

    seen = await sending.rows("SELECT user_id FROM agent WHERE seen_at > now() - interval '1 min'")
    assert {asking.id, listening.id} <= {row[0] for row in seen}
    assert gone.id not in {row[0] for row in seen}
    assert await sending.one("SELECT count(*) FROM attendance WHERE told_at > since") == 1
