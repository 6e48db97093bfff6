"""Channels of notification over the API: who opens them, and who may listen to what."""

from uuid import UUID

from tests.api_client import Api
from tests.outbound import make_contact_list
from tests.push import CHANNELS, MESSAGES, announce, open_channel, subscribe
from tests.sending import refusal
from tests.world import World
from tidings.store.database import Database
from tidings.store.ids import new_id
from tidings.store.notifications import delete_expired_channels
from tidings.store.query import execute

NOBODYS = str(UUID(int=2**127))


async def topics_of(api: Api, channel_id: str) -> list[str]:
    answer = await api.get(f"{CHANNELS}/{channel_id}/subscriptions")
    return [each["id"] for each in answer.json()["entities"]]


async def test_a_channel_says_where_to_listen_and_until_when(api: Api) -> None:
    channel = (await api.post(CHANNELS)).json()

    assert channel["connectUri"].startswith("ws://")
    assert channel["connectUri"].endswith(f"/channels/{channel['id']}/socket")
    assert channel["expires"]
    assert (await api.request("HEAD", f"{CHANNELS}/{channel['id']}")).status == 200
    listed = (await api.get(CHANNELS)).json()["entities"]
    assert channel in listed


async def test_a_channel_is_for_its_owner_alone(api: Api, world: World) -> None:
    channel = await open_channel(api)

    for other in (world.nils, world.olga):
        stranger = api.as_(other)
        assert (await stranger.request("HEAD", f"{CHANNELS}/{channel}")).status == 404
        assert (await subscribe(stranger, channel, MESSAGES)).status == 404
        assert (await stranger.get(CHANNELS)).json()["entities"] == []


async def test_topics_are_added_replaced_and_cleared(api: Api) -> None:
    channel = await open_channel(api, "v2.tidings.messages")
    path = f"{CHANNELS}/{channel}/subscriptions"

    added = await subscribe(api, channel, "v2.tidings.campaigns", "v2.tidings.messages")

    assert [each["state"] for each in added.json()["entities"]] == ["Permitted", "Permitted"]
    assert await topics_of(api, channel) == ["v2.tidings.messages", "v2.tidings.campaigns"]
    assert (await api.put(path, [{"id": "v2.outbound.settings"}])).status == 200
    assert await topics_of(api, channel) == ["v2.outbound.settings"]
    assert (await api.delete(path)).status == 204
    assert await topics_of(api, channel) == []


async def test_a_topic_that_does_not_exist_is_refused_and_changes_nothing(api: Api) -> None:
    channel = await open_channel(api, MESSAGES)

    answer = await subscribe(api, channel, "v2.outbound.settings", "v2.nothing")

    assert refusal(answer) == (400, "topic.refused")
    assert "availabletopics" in answer.json()["message"]
    assert await topics_of(api, channel) == [MESSAGES]


async def test_errors_can_be_ignored_topic_by_topic(api: Api) -> None:
    channel = await open_channel(api)

    answer = await subscribe(api, channel, MESSAGES, "v2.nothing", ignoreErrors="true")

    good, bad = answer.json()["entities"]
    assert (good["state"], bad["state"]) == ("Permitted", "Rejected")
    assert bad["rejectionReason"]
    assert await topics_of(api, channel) == [MESSAGES]


async def test_without_the_permission_a_topic_names_it(api: Api, world: World) -> None:
    mia = api.as_(world.mia)
    channel = await open_channel(mia)

    answer = await subscribe(mia, channel, "v2.tidings.campaigns")

    assert answer.status == 403
    assert "outbound:whatsAppCampaign:view" in answer.json()["message"]
    ignored = await subscribe(mia, channel, "v2.tidings.campaigns", ignoreErrors="true")
    rejected = ignored.json()["entities"][0]
    assert rejected["missingPermissions"] == ["outbound:whatsAppCampaign:view"]


async def test_a_list_of_another_division_cannot_be_told_from_none(
    api: Api, world: World, database: Database
) -> None:
    at_home = await make_contact_list(database, world, name="At home")
    northern = await make_contact_list(database, world, name="Northern", division="North")
    nils = api.as_(world.nils)
    channel = await open_channel(nils, f"v2.outbound.contactlists.{northern}.importstatus")

    hidden = await subscribe(nils, channel, f"v2.outbound.contactlists.{at_home}.importstatus")
    absent = await subscribe(nils, channel, f"v2.outbound.contactlists.{NOBODYS}.importstatus")

    assert refusal(hidden) == refusal(absent) == (400, "topic.refused")
    assert hidden.json()["message"].replace(str(at_home), NOBODYS) == absent.json()["message"]


async def test_the_topics_of_a_user_are_for_that_user(api: Api, world: World) -> None:
    channel = await open_channel(api, f"v2.tidings.users.{world.ada.id}.exports")

    answer = await subscribe(api, channel, f"v2.tidings.users.{world.mia.id}.exports")

    assert refusal(answer) == (400, "topic.refused")


async def test_a_channel_has_at_most_a_thousand_topics(api: Api, world: World) -> None:
    channel = await open_channel(api, MESSAGES)
    path = f"{CHANNELS}/{channel}/subscriptions"

    answer = await api.post(path, [{"id": f"v2.topic.{n}"} for n in range(1001)])

    assert answer.status == 400
    assert await topics_of(api, channel) == [MESSAGES]


async def test_the_twenty_first_channel_closes_the_oldest(api: Api, world: World) -> None:
    robot = api.as_(world.robot)
    first, second, *_ = [await open_channel(robot) for _ in range(20)]

    await open_channel(robot)

    assert (await robot.request("HEAD", f"{CHANNELS}/{first}")).status == 404
    assert (await robot.request("HEAD", f"{CHANNELS}/{second}")).status == 200
    everything = await robot.get(CHANNELS, params={"includechannels": "oauthclient"})
    assert len(everything.json()["entities"]) == 20


async def test_every_available_topic_says_what_it_needs(api: Api) -> None:
    topics = {
        each["id"]: each
        for each in (await api.get("/api/v2/notifications/availabletopics")).json()["entities"]
    }

    progress = topics["v2.outbound.whatsappcampaigns.{id}.progress"]
    assert progress["requiresPermissions"] == ["outbound:whatsAppCampaign:view"]
    assert progress["requiresDivisionPermissions"]
    assert topics["v2.users.{id}.outbound.contactlists.{id}.export"]["requiresCurrentUser"]


async def test_what_was_missed_is_read_page_by_page_and_only_what_concerns_the_channel(
    api: Api, world: World, database: Database
) -> None:
    settings = "v2.outbound.settings"
    channel = await open_channel(api, settings)
    start = new_id()
    for number in range(5):
        await announce(database, world.ada, "outboundSettings.changed", number=number)
        await announce(database, world.ada, "integration.changed", number=number)
        await announce(database, world.olga, "outboundSettings.changed", number=-1)

    heard, path = [], f"{CHANNELS}/{channel}/missed?eventId={start}&pageSize=3"
    while path:
        page = (await api.get(path)).json()
        heard += page["entities"]
        path = page.get("nextUri")

    assert [each["eventBody"]["number"] for each in heard] == [0, 1, 2, 3, 4]
    assert {each["topicName"] for each in heard} == {settings}
    assert (
        await api.as_(world.olga).get(f"{CHANNELS}/{channel}/missed?eventId={start}")
    ).status == (404)


async def test_a_day_later_a_channel_is_gone(api: Api, database: Database) -> None:
    channel = await open_channel(api)
    async with database.connection() as connection:
        await connection.execute(
            "UPDATE notification_channel SET expires_at = now() WHERE id = %s", (channel,)
        )

        assert (await api.request("HEAD", f"{CHANNELS}/{channel}")).status == 404
        assert await execute(connection, delete_expired_channels(10)) == 1
