"""The official Genesys Cloud SDK, unchanged, manages queues, skills and presences at our host."""

from typing import Any

import PureCloudPlatformClientV2 as sdk  # noqa: N813
import pytest

from tests.world import World

pytestmark = pytest.mark.filterwarnings("ignore")


def test_it_manages_skills_and_who_has_them(client: Any, world: World) -> None:
    routing, users = sdk.RoutingApi(client), sdk.UsersApi(client)
    sven = str(world.sven.id)

    skill = routing.post_routing_skills({"name": "Tickets"})
    language = routing.post_routing_languages({"name": "Danish"})
    users.post_user_routingskills(sven, {"id": skill.id, "proficiency": 3.0})
    users.patch_user_routinglanguages_bulk(sven, [{"id": language.id, "proficiency": 5.0}])

    assert [s.name for s in routing.get_routing_skills(name="Tick").entities] == ["Tickets"]
    assert [s.proficiency for s in users.get_user_routingskills(sven).entities] == [3.0]
    assert [s.name for s in users.get_user_routinglanguages(sven).entities] == ["Danish"]
    capacity = {"utilization": {"message": {"maximumCapacity": 7}}}
    mine = routing.put_routing_user_utilization(sven, capacity)
    assert (mine.level, mine.utilization["message"].maximum_capacity) == ("Agent", 7)


def test_it_manages_a_queue_with_members_and_codes(client: Any, world: World) -> None:
    api = sdk.RoutingApi(client)

    settings = sdk.MessageMediaSettings()
    settings.alerting_timeout_seconds = 45
    media = sdk.QueueMediaSettings()
    media.message = settings
    body = sdk.CreateQueueRequest()
    body.name, body.media_settings, body.skill_evaluation_method = "From the SDK", media, "BEST"
    queue = api.post_routing_queues(body)
    code = api.post_routing_wrapupcodes({"name": "Done"})
    api.post_routing_queue_wrapupcodes(queue.id, [{"id": code.id}])
    api.post_routing_queue_members(queue.id, [{"id": str(world.sven.id)}])

    assert queue.media_settings.message.alerting_timeout_seconds == 45
    assert queue.media_settings.message.service_level.duration_ms == 20000
    assert [c.name for c in api.get_routing_queue_wrapupcodes(queue.id).entities] == ["Done"]
    members = api.get_routing_queue_members(queue.id).entities
    assert [(m.name, m.ring_number, m.joined) for m in members] == [("Sven", 1, True)]
    assert members[0].routing_status.status == "OFF_QUEUE"
    api.patch_routing_queue_member(queue.id, str(world.sven.id), {"ringNumber": 2})
    queue.description = "Read, changed and sent back"
    changed = api.put_routing_queue(queue.id, queue)
    assert changed.description == "Read, changed and sent back"
    assert changed.member_count == 1
    found = api.get_routing_queues_divisionviews(name="SDK").entities
    assert [each.id for each in found] == [queue.id]
    api.delete_routing_queue_member(queue.id, str(world.sven.id))
    api.delete_routing_queue(queue.id)
    assert queue.id not in {each.id for each in api.get_routing_queues().entities}


def test_it_reads_and_sets_presences(client: Any, world: World) -> None:
    presence, users = sdk.PresenceApi(client), sdk.UsersApi(client)
    sven = str(world.sven.id)

    definitions = presence.get_presence_definitions().entities
    on_queue = next(each for each in definitions if each.system_presence == "OnQueue")
    chosen = {"presenceDefinition": {"id": on_queue.id}}
    changed = presence.patch_user_presences_purecloud(sven, chosen)

    assert changed.presence_definition.system_presence == "OnQueue"
    assert users.get_user_routingstatus(sven).status == "IDLE"
    off = users.put_user_routingstatus(sven, {"status": "OFF_QUEUE"})
    assert off.status == "OFF_QUEUE"
    assert "OnQueue" in {each.name for each in presence.get_systempresences()}
