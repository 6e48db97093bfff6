"""Lists of the desk hear when what they show changed, and are left alone by all other traffic."""

from uuid import UUID

import pytest

from tests.api_client import Api
from tests.floor import Floor
from tests.push import listening, open_channel
from tests.serving import Server
from tests.world import World
from tidings.store.database import Database


@pytest.fixture(scope="module")
async def floor(database: Database, world: World, api: Api) -> Floor:
    return await Floor.build(database, world, api)


@pytest.fixture(scope="module")
async def queue_id(floor: Floor) -> UUID:
    return await floor.queue()


async def test_lists_of_the_desk_hear_of_messages_in_what_goes_on_and_of_no_others(
    server: Server, api: Api, floor: Floor, queue_id: UUID
) -> None:
    ben = await floor.colleague(queue_id)
    await floor.connected(queue_id, ben)
    phone = (await floor.mine(ben))[0]["address"]
    desk, all_messages = "v2.tidings.desk", "v2.tidings.messages"
    async with listening(server, await open_channel(api, desk, all_messages)) as ear:
        await floor.messaging.write("One more thing", sender=phone)
        assert (await ear.frame(desk))["eventBody"] == {"changed": True}
    # Somebody else's conversation that nobody has and that waits nowhere.
    async with listening(server, await open_channel(api, desk, all_messages)) as ear:
        await floor.customer("To nobody")
        assert await ear.frame(all_messages)
        with pytest.raises(TimeoutError):
            await ear.frame(desk, seconds=1.5)
    async with listening(server, await open_channel(api, desk)) as ear:
        await floor.queued(queue_id)
        assert (await ear.frame(desk))["eventBody"] == {"changed": True}
