"""Who takes part in a conversation of another division hears of it, for as long as they do."""

from uuid import UUID

import pytest

from tests.api_client import Api
from tests.floor import Floor
from tests.push import Ear, listening, open_channel, subscribe
from tests.sending import eventually
from tests.serving import Server
from tests.world import Actor, World
from tidings.store.database import Database


@pytest.fixture(scope="module")
async def floor(database: Database, world: World, api: Api) -> Floor:
    return await Floor.build(database, world, api)


@pytest.fixture
async def queue_id(floor: Floor) -> UUID:
    """A queue of Home, as are the conversations in it."""
    return await floor.queue(acw_mode="MANDATORY")


@pytest.fixture
async def nora(floor: Floor, queue_id: UUID) -> Actor:
    """A member of the queue who may see conversations in North only."""
    return await floor.northerner(queue_id)


def topics_of(conversation_id: UUID) -> tuple[str, str]:
    """The two topics of one conversation."""
    topic = f"v2.tidings.conversations.{conversation_id}"
    return topic, f"{topic}.messages"


async def phone_of(floor: Floor, agent: Actor) -> str:
    shown = await floor.mine(agent)
    return str(shown[0]["address"])


async def is_silent(floor: Floor, ear: Ear, topic: str, phone: str) -> bool:
    """Whether a message of the customer is not told."""
    await floor.messaging.write("Anybody?", sender=phone)
    try:
        await ear.frame(topic, seconds=1.5)
    except TimeoutError:
        return True
    return False


async def test_who_is_offered_a_conversation_hears_of_it_until_their_part_is_over(
    server: Server, api: Api, floor: Floor, queue_id: UUID, nora: Actor
) -> None:
    conversation_id, part_id = await floor.offered(queue_id, nora)
    topic, messages = topics_of(conversation_id)
    phone = await phone_of(floor, nora)
    async with listening(server, await open_channel(api.as_(nora), topic, messages)) as ear:
        await floor.messaging.write("Hello?", sender=phone)
        assert (await ear.frame(messages))["eventBody"]["id"] == str(conversation_id)
        await floor.change(nora, conversation_id, part_id, state="connected")
        told = (await ear.frame(topic))["eventBody"]
        assert told["participants"][-1]["state"] == "connected"

        await floor.change(nora, conversation_id, part_id, state="disconnected")
        await floor.messaging.write("One more thing", sender=phone)
        assert await ear.frame(messages), "the wrap-up is a part of it"
        path = f"/api/v2/conversations/messages/{conversation_id}/participants/{part_id}"
        codes = await api.as_(nora).get(f"{path}/wrapupcodes")
        code = await api.post("/api/v2/routing/wrapupcodes", {"name": f"Done {conversation_id}"})
        assert codes.status == 200
        wrapup = {"code": code.json()["id"]}
        wrapped = await floor.change(nora, conversation_id, part_id, wrapup=wrapup)
        assert wrapped.status == 200, wrapped

        async def silent() -> bool:
            return await is_silent(floor, ear, messages, phone)

        assert await eventually(silent, seconds=5)


async def test_what_comes_back_is_heard_again_on_the_same_channel(
    server: Server, api: Api, floor: Floor, queue_id: UUID, nora: Actor
) -> None:
    conversation_id, part_id = await floor.offered(queue_id, nora)
    _, messages = topics_of(conversation_id)
    phone = await phone_of(floor, nora)
    async with listening(server, await open_channel(api.as_(nora), messages)) as ear:
        await floor.change(nora, conversation_id, part_id, state="disconnected")

        async def silent() -> bool:
            return await is_silent(floor, ear, messages, phone)

        assert await eventually(silent, seconds=5)
        assert await floor.offer((conversation_id, nora))

        async def heard() -> bool:
            return not await silent()

        assert await eventually(heard, seconds=5)


async def test_who_takes_no_part_is_refused_as_if_it_were_not_there(
    api: Api, floor: Floor, queue_id: UUID, nora: Actor
) -> None:
    conversation_id = await floor.queued(queue_id)
    stranger = await floor.northerner()
    await floor.offered(queue_id, nora)
    for who in (nora, stranger):
        channel = await open_channel(api.as_(who))
        for topic in topics_of(conversation_id):
            refused = await subscribe(api.as_(who), channel, topic)
            assert (refused.status, refused.json()["code"]) == (400, "topic.refused")
