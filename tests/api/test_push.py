"""Sockets of notification channels on a real server: frames, heartbeats, ends, catching up."""

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from tests.api_client import Api
from tests.campaigns import CAMPAIGNS, Campaigns
from tests.outbound import make_contact_list
from tests.push import CHANNELS, MESSAGES, Ear, announce, listening, open_channel, subscribe
from tests.sending import AGENTLESS, Sending, eventually, notification
from tests.serving import Server, served
from tests.world import World
from tidings.api.application import Application
from tidings.settings import Settings
from tidings.store.database import Database
from tidings.store.events import insert_event
from tidings.store.query import execute

SETTINGS = "v2.outbound.settings"
MANY = 1_000


@pytest.fixture
async def ear(server: Server, api: Api) -> AsyncIterator[Ear]:
    """A socket of Ada's that listens to the outbound settings."""
    channel = await open_channel(api, SETTINGS)
    async with listening(server, channel) as ear:
        yield ear


async def ended(ear: Ear) -> int | None:
    """Listen to the end; the code it was closed with."""
    async with asyncio.timeout(30):
        with contextlib.suppress(ConnectionClosed):
            async for _ in ear.socket:
                pass
    return ear.socket.close_code


async def test_what_happens_is_heard_within_a_second(
    ear: Ear, world: World, database: Database
) -> None:
    took = []
    for _ in range(5):
        begun = time.monotonic()
        await announce(database, world.ada, "outboundSettings.changed", action="update")
        frame = await ear.frame(SETTINGS)
        took.append(time.monotonic() - begun)

    # Each was written just after a look, but for the first. A busy machine is late now and then.
    assert min(took[1:]) < 1
    assert frame["version"] == "2"
    assert frame["eventBody"] == {"action": "update"}
    assert frame["metadata"]["CorrelationId"] == frame["metadata"]["EventId"]


async def test_a_message_is_heard_by_its_conversation_and_by_the_list_of_all(
    server: Server, api: Api, sending: Sending
) -> None:
    line, phone = await sending.connect(), await sending.invite()
    sent = await api.post(AGENTLESS, notification(line, phone))
    topic = f"v2.tidings.conversations.{sent.json()['conversationId']}.messages"
    channel = await open_channel(api, topic, MESSAGES)

    async with listening(server, channel) as ear:
        other = await api.post(AGENTLESS, notification(line, phone, useExistingConversation=True))
        assert other.status == 202, other
        hint = await ear.frame(MESSAGES)
        assert hint["eventBody"] == {"changed": True}


async def test_a_campaign_that_is_changed_is_heard(
    server: Server, api: Api, sending: Sending
) -> None:
    campaigns, line = Campaigns(sending), await sending.connect()
    body = campaigns.body("Heard", await campaigns.add_list("To be heard"), line)
    made = (await api.post(CAMPAIGNS, body)).json()
    topic = f"v2.outbound.whatsappcampaigns.{made['id']}"
    channel = await open_channel(api, topic)

    async with listening(server, channel) as ear:
        await api.put(f"{CAMPAIGNS}/{made['id']}", {**body, "version": 1, "name": "Heard well"})
        frame = await ear.frame(topic)

    assert frame["eventBody"]["id"] == made["id"]
    assert frame["eventBody"]["name"] == "Heard well"


async def test_progress_and_imports_are_told_in_the_words_of_the_contract(
    server: Server, api: Api, world: World, database: Database, sending: Sending
) -> None:
    listed = await make_contact_list(database, world, name="Imported")
    topic = f"v2.outbound.contactlists.{listed}.importstatus"
    status = {"importId": "i", "totalBytes": 200, "acceptedRows": 10, "rejectedRows": 2}

    async with listening(server, await open_channel(api, topic)) as ear:
        kind = "contactlist.importstatus"
        running = {**status, "state": "running", "doneBytes": 100}
        await announce(database, world.ada, kind, entity_id=listed, **running)
        half = (await ear.frame(topic))["eventBody"]
        done = {**status, "state": "done", "doneBytes": 200}
        await announce(database, world.ada, kind, entity_id=listed, **done)
        whole = (await ear.frame(topic))["eventBody"]

    assert (half["importState"], half["percentageComplete"]) == ("IN_PROGRESS", 50)
    assert (half["completedRecords"], half["totalRecords"]) == (10, 24)
    assert "importState" not in whole
    assert whole["percentageComplete"] == 100


async def test_an_outsiders_events_are_never_heard(
    ear: Ear, world: World, database: Database
) -> None:
    await announce(database, world.olga, "outboundSettings.changed", action="theirs")
    await announce(database, world.ada, "outboundSettings.changed", action="ours")

    assert (await ear.frame(SETTINGS))["eventBody"] == {"action": "ours"}


async def test_what_commits_late_is_heard_although_its_id_is_older(
    ear: Ear, world: World, database: Database
) -> None:
    async with database.transaction() as connection:
        early = insert_event(
            world.ada.organization_id, "outboundSettings.changed", body={"action": "early"}
        )
        await execute(connection, early)
        await announce(database, world.ada, "outboundSettings.changed", action="late")
        assert (await ear.frame(SETTINGS))["eventBody"] == {"action": "late"}

    assert (await ear.frame(SETTINGS))["eventBody"] == {"action": "early"}


async def test_topics_are_added_over_the_socket_and_a_ping_is_answered(
    ear: Ear, world: World, database: Database
) -> None:
    assert (await ear.ask("ping"))["eventBody"] == {"message": "pong"}

    assert await ear.ask("subscribe", topics=["v2.tidings.templates"]) == {
        "result": "200",
        "status": "subscribed",
    }

    await announce(database, world.ada, "template.changed")
    await ear.frame("v2.tidings.templates")
    refused = await ear.ask("subscribe", topics=["v2.nothing"])
    assert refused["result"] == "400"
    assert (await ear.ask("nonsense"))["result"] == "400"


async def test_topics_added_elsewhere_miss_nothing(
    server: Server, api: Api, world: World, database: Database
) -> None:
    channel = await open_channel(api)
    async with listening(server, channel) as ear:
        await subscribe(api, channel, SETTINGS)
        await announce(database, world.ada, "outboundSettings.changed", action="at once")

        assert (await ear.frame(SETTINGS))["eventBody"] == {"action": "at once"}


async def test_topics_added_late_are_told_once_what_others_have_heard_already(
    server: Server, api: Api, ear: Ear, world: World, database: Database
) -> None:
    channel = await open_channel(api)
    async with listening(server, channel) as late:
        await subscribe(api, channel, SETTINGS)
        await announce(database, world.ada, "outboundSettings.changed", action="first")
        assert (await ear.frame(SETTINGS))["eventBody"] == {"action": "first"}

        assert (await late.frame(SETTINGS))["eventBody"] == {"action": "first"}
        await announce(database, world.ada, "outboundSettings.changed", action="second")
        assert (await late.frame(SETTINGS))["eventBody"] == {"action": "second"}


async def test_of_a_batch_a_conversation_hears_its_own_messages_only(
    server: Server, api: Api, world: World, database: Database, sending: Sending
) -> None:
    line, phone = await sending.connect(), await sending.invite()
    sent = (await api.post(AGENTLESS, notification(line, phone))).json()
    topic = f"v2.tidings.conversations.{sent['conversationId']}.messages"
    own = {"id": "own", "conversationId": sent["conversationId"], "status": "read"}
    others = {"id": "another", "conversationId": str(world.ada.id), "status": "read"}
    async with listening(server, await open_channel(api, topic)) as ear:
        await announce(database, world.ada, "message.status", messages=[others])
        await announce(database, world.ada, "message.status", messages=[others, own, others])

        told = (await ear.frame(topic))["eventBody"]

    assert told["messages"] == [{"id": "own", "status": "read"}]


async def test_hints_come_at_most_once_a_second(
    server: Server, api: Api, world: World, database: Database
) -> None:
    async with listening(server, await open_channel(api, "v2.tidings.consents")) as ear:
        begun = time.monotonic()
        while time.monotonic() - begun < 2:
            await announce(database, world.ada, "consent.changed")
        heard_at: list[float] = []
        with contextlib.suppress(TimeoutError):
            while True:
                await ear.frame("v2.tidings.consents", seconds=30 if not heard_at else 1.5)
                heard_at.append(time.monotonic() - begun)

    # The one at once and the one afterwards; looks come five times a second.
    assert 1 <= len(heard_at) <= 2 + heard_at[-1]


async def test_a_heartbeat_comes_by_itself(server: Server, ear: Ear) -> None:
    assert server.application.hub.heartbeat_seconds == 30
    server.application.hub.heartbeat_seconds = 0.5
    try:
        frame = await ear.frame("channel.metadata")
    finally:
        server.application.hub.heartbeat_seconds = 30

    assert frame["eventBody"] == {"message": "WebSocket Heartbeat"}


@pytest.mark.parametrize("path", ["nobodys", "x" * 200, "%00", "../channels"])
async def test_a_channel_that_is_not_there_takes_no_socket(server: Server, path: str) -> None:
    with pytest.raises(InvalidStatus) as refused:
        async with listening(server, path):
            pass

    assert refused.value.response.status_code == 403


async def test_an_evicted_channel_is_told_and_closed(
    server: Server, api: Api, world: World
) -> None:
    robot = api.as_(world.robot)
    oldest = await open_channel(robot)
    async with listening(server, oldest) as ear:
        for _ in range(20):
            await open_channel(robot)

        told = await ear.frame(f"v2.system.no_longer_subscribed.{oldest}")

        assert told["eventBody"]["reason"] == "another_channel_subscribed"
        assert await ended(ear) == 1008


async def test_a_revoked_token_closes_its_sockets(
    server: Server, api: Api, world: World, database: Database
) -> None:
    backend = api.as_(world.backend)
    channel = await open_channel(backend)
    async with listening(server, channel) as ear:
        await api.delete(f"/api/v2/oauth/clients/{world.backend.id}")

        told = await ear.frame(f"v2.system.token_revoked.{channel}")

        assert told["eventBody"]["reason"] == "user_tokens_revoked"
        assert await ended(ear) == 1008
    with pytest.raises(InvalidStatus):
        async with listening(server, channel):
            pass


async def test_a_permission_taken_back_silences_its_topics(
    server: Server, api: Api, world: World, database: Database
) -> None:
    nils = api.as_(world.nils)
    channel = await open_channel(nils, "v2.tidings.campaigns")
    async with listening(server, channel) as ear:
        path = f"/api/v2/authorization/subjects/{world.nils.id}/bulkreplace"
        await api.post(path, {"grants": []})

        async def is_silent() -> bool:
            await announce(database, world.ada, "campaign.changed")
            try:
                await ear.frame("v2.tidings.campaigns", seconds=1.5)
            except TimeoutError:
                return True
            return False

        assert await eventually(is_silent)


async def test_shortly_before_its_end_a_channel_says_so(
    server: Server, api: Api, database: Database
) -> None:
    channel = await open_channel(api)

    async def lives_for(seconds: int) -> None:
        async with database.connection() as connection:
            await connection.execute(
                "UPDATE notification_channel SET version = version + 1,"
                " expires_at = now() + make_interval(secs => %s) WHERE id = %s",
                (seconds, channel),
            )

    async with listening(server, channel) as ear:
        await lives_for(50)
        await ear.frame("v2.system.socket_closing")
        await lives_for(0)

        assert await ended(ear) == 1008


async def test_a_client_of_a_web_process_that_went_hears_the_rest_of_another(
    server: Server, api: Api, world: World, database: Database, database_url: str,
    settings: Settings,
) -> None:  # fmt: skip
    channel = await open_channel(api, SETTINGS)
    async with AsyncExitStack() as stack:
        with served(Application(settings, database_url)) as other:
            ear = await stack.enter_async_context(listening(other, channel))
            await announce(database, world.ada, "outboundSettings.changed", action="heard")
            last = (await ear.frame(SETTINGS))["metadata"]["EventId"]
        assert await ended(ear) == 1012

    await announce(database, world.ada, "outboundSettings.changed", action="missed")
    async with listening(server, channel) as ear:
        await announce(database, world.ada, "outboundSettings.changed", action="heard again")
        assert (await ear.frame(SETTINGS))["eventBody"] == {"action": "heard again"}
    told: dict[str, object] = {}
    next_uri = f"{CHANNELS}/{channel}/missed?eventId={last}"
    while next_uri:  # other tests have written many just before
        page = (await api.get(next_uri)).json()
        told |= {each["eventId"]: each["eventBody"] for each in page["entities"]}
        next_uri = page.get("nextUri")
    del told[last]
    assert {"action": "missed"} in told.values()


async def test_a_thousand_sockets_hear_an_event_each(
    server: Server, api: Api, world: World, database: Database
) -> None:
    """The slow one: one web process, a thousand sockets on twenty channels."""
    channels = [await open_channel(api, SETTINGS) for _ in range(20)]
    async with AsyncExitStack() as stack:
        ears: list[Ear] = []
        for start in range(0, MANY, 50):
            group = [listening(server, channels[n % 20]) for n in range(start, start + 50)]
            ears += await asyncio.gather(*map(stack.enter_async_context, group))

        await announce(database, world.ada, "outboundSettings.changed", action="to all")
        async with asyncio.timeout(60):
            heard = await asyncio.gather(*(ear.socket.recv() for ear in ears))

    assert len(heard) == MANY
    assert {json.dumps(json.loads(each)["eventBody"]) for each in heard} == {'{"action": "to all"}'}
