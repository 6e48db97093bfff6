"""What a desk hears on its socket: offers, messages, presences, queues."""

from uuid import UUID, uuid4

from tests.api_client import Api
from tests.floor import Floor
from tests.push import Ear, announce, listening, open_channel, subscribe
from tests.serving import Server
from tests.world import World
from tidings.store.database import Database


async def heard(ear: Ear, topic: str, what: str, wanted: object) -> None:
    """Listen until the agent's state, or the number of messages, is this."""
    told: object = None
    while told != wanted:
        body = (await ear.frame(topic))["eventBody"]
        told = body["participants"][-1]["state"] if what == "state" else body["messageCount"]


async def test_an_agent_hears_of_offers_and_of_messages_in_what_they_have(
    server: Server, api: Api, floor: Floor, queue_id: UUID
) -> None:
    ben = await floor.colleague(queue_id)
    mine = f"v2.users.{ben.id}.conversations.messages"
    general = f"v2.users.{ben.id}.conversations"
    channel = await open_channel(api.as_(ben), mine, general)
    async with listening(server, channel) as ear:
        conversation_id, part_id = await floor.offered(queue_id, ben)

        body = (await ear.frame(mine))["eventBody"]
        assert body["id"] == str(conversation_id)
        part = next(each for each in body["participants"] if each["id"] == str(part_id))
        assert part["state"] == "alerting"
        body = (await ear.frame(general))["eventBody"]
        assert body["participants"][-1]["messages"][0]["state"] == "alerting"

        await floor.change(ben, conversation_id, part_id, state="connected")
        await heard(ear, mine, "state", "connected")

        shown = (await floor.mine(ben))[0]
        await floor.messaging.write("And one more thing", sender=shown["address"])
        await heard(ear, mine, "messages", 2)


async def test_a_colleague_hears_nothing_of_what_is_not_theirs(
    server: Server, api: Api, floor: Floor, queue_id: UUID, world: World, database: Database
) -> None:
    ben, cleo = await floor.colleague(queue_id), await floor.colleague(queue_id)
    theirs = f"v2.users.{ben.id}.conversations.messages"
    refused = await subscribe(api.as_(cleo), await open_channel(api.as_(cleo)), theirs)
    assert refused.status == 400
    own, hint = f"v2.users.{cleo.id}.conversations.messages", "v2.tidings.conversations"
    channel = await open_channel(api.as_(cleo), own, hint)
    async with listening(server, channel) as ear:
        await floor.offered(queue_id, ben)
        assert (await ear.frame(hint))["eventBody"] == {"changed": True}


async def test_who_looks_at_a_conversation_hears_what_becomes_of_it_and_of_no_other(
    server: Server, api: Api, floor: Floor, queue_id: UUID, world: World
) -> None:
    ben = await floor.colleague(queue_id)
    conversation_id, part_id = await floor.offered(queue_id, ben)
    topic = f"v2.tidings.conversations.{conversation_id}"
    async with listening(server, await open_channel(api, topic)) as ear:
        cleo = await floor.colleague(queue_id)
        await floor.offered(queue_id, cleo)
        await floor.change(ben, conversation_id, part_id, state="connected")

        body = (await ear.frame(topic))["eventBody"]

        assert body["id"] == str(conversation_id)
        assert body["participants"][-1]["state"] == "connected"
    outsider = api.as_(world.olga)
    assert (await subscribe(outsider, await open_channel(outsider), topic)).status == 400


async def test_a_queue_tells_who_comes_in(
    server: Server, api: Api, floor: Floor, queue_id: UUID
) -> None:
    topic = f"v2.routing.queues.{queue_id}.conversations.messages"
    channel = await open_channel(api, topic)
    async with listening(server, channel) as ear:
        conversation_id = await floor.queued(queue_id)

        body = (await ear.frame(topic))["eventBody"]

        assert body["id"] == str(conversation_id)
        assert body["waiting"]["priority"] == 0
    unknown = f"v2.routing.queues.{uuid4()}.conversations.messages"
    assert (await subscribe(api, channel, unknown)).status == 400


async def test_presence_and_routing_status_are_told(
    server: Server, api: Api, floor: Floor, queue_id: UUID
) -> None:
    ben = await floor.colleague(queue_id)
    presence, status = f"v2.users.{ben.id}.presence", f"v2.users.{ben.id}.routingStatus"
    for who in (api, api.as_(ben)):
        channel = await open_channel(who, presence, status)
        async with listening(server, channel) as ear:
            await floor.presence(ben, "Break")
            told = (await ear.frame(presence))["eventBody"]
            assert told["presenceDefinition"]["systemPresence"] == "Break"
            told = (await ear.frame(status))["eventBody"]
            assert told["routingStatus"]["status"] == "OFF_QUEUE"
            await floor.presence(ben, "OnQueue")
            assert (await ear.frame(status))["eventBody"]["id"] == str(ben.id)
    cleo = await floor.colleague(queue_id)
    assert (await subscribe(api.as_(cleo), await open_channel(api.as_(cleo)), presence)).status in (
        400,
        403,
    )


async def test_what_was_missed_is_told_whole(api: Api, floor: Floor, queue_id: UUID) -> None:
    ben = await floor.colleague(queue_id)
    topic = f"v2.users.{ben.id}.conversations.messages"
    channel = await open_channel(api.as_(ben), topic)
    await announce(floor.database, ben, "agent.presence", entity_id=ben.id, userId=str(ben.id))
    conversation_id, _ = await floor.offered(queue_id, ben)

    path = f"/api/v2/notifications/channels/{channel}/missed"
    missed = await api.as_(ben).get(path, params={"eventId": str(ben.id)})

    told = [each for each in missed.json()["entities"] if each["topicName"] == topic]
    assert [each["eventBody"]["id"] for each in told] == [str(conversation_id)]
