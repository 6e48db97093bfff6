"""The supervisor's board: who waits and why, agents with what they hold, queues by figures."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from tests.floor import Floor
from tests.world import Actor, World
from tidings.engine.router import Router

ROUTING = "/api/v2/routing"
OBSERVATIONS = "/api/v2/analytics/queues/observations/query"


@pytest.fixture
async def queue_id(floor: Floor) -> UUID:
    return await floor.queue(acw_mode="OPTIONAL", service_level_seconds=60)


@pytest.fixture
async def vera(floor: Floor, queue_id: UUID) -> Actor:
    return await floor.colleague(role="supervisor", on=False)


def asked(*queue_ids: UUID, **more: Any) -> dict[str, Any]:
    predicates = [{"dimension": "queueId", "value": str(each)} for each in queue_ids]
    return {"filter": {"type": "or", "predicates": predicates}, **more}


async def test_who_waits_is_listed_with_what_they_ask_for(
    floor: Floor, queue_id: UUID, vera: Actor
) -> None:
    skill_id = await floor.skill(f"Wine {uuid4()}")
    first = await floor.queued(queue_id, priority=2, skill_ids=(skill_id,))
    second = await floor.queued(queue_id)
    path = f"{ROUTING}/queues/{queue_id}/waiting"

    page = (await floor.api.as_(vera).get(path, params={"pageSize": 1})).json()

    (shown,) = page["entities"]
    assert shown["conversationId"] == str(first)
    assert shown["priority"] == 2
    assert [each["id"] for each in shown["skills"]] == [str(skill_id)]
    assert shown["lastText"] == "Hello"
    assert shown["customer"]["name"] == "Amina"
    rest = (await floor.api.as_(vera).get(page["nextUri"])).json()
    assert [each["conversationId"] for each in rest["entities"]] == [str(second)]


async def test_why_something_waits_is_said_in_words_and_by_code(
    floor: Floor, queue_id: UUID, vera: Actor
) -> None:
    conversation_id = await floor.queued(queue_id)
    picked_id = await floor.queued(queue_id, distribution="pick")
    await floor.colleague(queue_id, on=False)
    await Router(floor.database).route_some(floor.organization_id)
    vera_api = floor.api.as_(vera)

    listed = (await vera_api.get(f"{ROUTING}/queues/{queue_id}/waiting")).json()["entities"]

    why = {each["conversationId"]: (each["why"], each["reasons"]) for each in listed}
    off_queue = ("1 agent is off queue.", [{"code": "offQueue", "count": 1}])
    pick = ("It waits for somebody to pick it.", [{"code": "pick"}])
    assert why == {str(conversation_id): off_queue, str(picked_id): pick}
    path = f"/api/v2/conversations/messages/{conversation_id}"
    waiting = (await vera_api.get(path)).json()["waiting"]
    assert (waiting["why"], waiting["reasons"]) == off_queue


async def test_the_queues_of_others_show_nobody(floor: Floor, queue_id: UUID, world: World) -> None:
    await floor.queued(queue_id)
    path = f"{ROUTING}/queues/{queue_id}/waiting"

    assert (await floor.api.as_(world.olga).get(path)).status == 404
    assert (await floor.api.as_(world.nils).get(path)).status == 404
    assert (await floor.api.as_(world.mia).get(path)).status == 403
    assert (await floor.api.get(path, params={"after": "yesterday"})).status == 400


async def test_an_agent_sees_who_waits_in_their_queues(floor: Floor, queue_id: UUID) -> None:
    ben, cleo = await floor.colleague(queue_id), await floor.colleague()
    conversation_id, _ = await floor.offered(queue_id, ben)
    path = f"{ROUTING}/queues/me/waiting"

    (shown,) = (await floor.api.as_(ben).get(path)).json()["entities"]

    assert shown["conversationId"] == str(conversation_id)
    assert shown["offeredTo"] == {"id": str(ben.id), "name": ben.name}
    assert (await floor.api.as_(cleo).get(path)).json()["entities"] == []


async def test_agents_are_listed_with_what_they_hold(
    floor: Floor, queue_id: UUID, vera: Actor
) -> None:
    ben = await floor.colleague(queue_id)
    idle = await floor.colleague(queue_id)
    conversation_id, part_id = await floor.connected(queue_id, ben)
    path = f"{ROUTING}/agents"

    listed = (await floor.api.as_(vera).get(path, params={"queueId": str(queue_id)})).json()

    shown = {each["id"]: each for each in listed["entities"]}
    assert listed["total"] == len(shown) == 2
    busy = shown[str(ben.id)]
    assert (busy["presence"], busy["routingStatus"]) == ("OnQueue", "INTERACTING")
    assert (busy["load"], busy["capacity"]) == (1, 4)
    (held,) = busy["conversations"]
    assert (held["conversationId"], held["participantId"]) == (str(conversation_id), str(part_id))
    assert held["state"] == "connected"
    assert shown[str(idle.id)]["conversations"] == []
    assert (await floor.api.as_(ben).get(path)).status == 403


async def test_the_board_counts_queues_and_their_service_level(
    floor: Floor, queue_id: UUID, vera: Actor
) -> None:
    ben = await floor.colleague(queue_id)
    await floor.connected(queue_id, ben)
    await floor.offered(queue_id, ben)
    left = await floor.queued(queue_id)
    await floor.api.as_(vera).post(f"/api/v2/conversations/{left}/disconnect")
    await floor.queued(queue_id)

    board = (await floor.api.as_(vera).get(f"{ROUTING}/board?pageSize=500")).json()

    row = next(each for each in board["entities"] if each["id"] == str(queue_id))
    assert (row["waiting"], row["alerting"], row["interacting"]) == (1, 1, 1)
    assert (row["joined"], row["onQueue"], row["idle"]) == (1, 1, 0)
    assert row["longestWaitingSince"]
    level = row["serviceLevel"]
    assert (level["answered"], level["inTime"], level["abandoned"]) == (1, 1, 1)
    assert level["ratio"] == 0.5


async def test_queues_are_observed_as_the_reference_asks(
    floor: Floor, queue_id: UUID, vera: Actor
) -> None:
    ben = await floor.colleague(queue_id)
    await floor.connected(queue_id, ben)
    await floor.queued(queue_id)

    answer = await floor.api.as_(vera).post(OBSERVATIONS, asked(queue_id))

    assert answer.status == 200, answer
    conversations, people = answer.json()["results"]
    assert conversations["group"] == {"queueId": str(queue_id), "mediaType": "message"}
    counts = {each["metric"]: each["stats"] for each in conversations["data"]}
    assert counts["oWaiting"]["count"] == 1
    assert counts["oInteracting"]["count"] == 1
    assert counts["oLongestWaiting"]["calculatedMetricValue"] >= 0
    on_queue = [each for each in people["data"] if each["metric"] == "oOnQueueUsers"]
    assert [(each["qualifier"], each["stats"]["count"]) for each in on_queue] == [
        ("INTERACTING", 1)
    ]
    assert answer.json()["systemToOrganizationMappings"]["OnQueue"]
    only = await floor.api.as_(vera).post(OBSERVATIONS, asked(queue_id, metrics=["oWaiting"]))
    assert [each["metric"] for each in only.json()["results"][0]["data"]] == ["oWaiting"]


async def test_an_observation_that_cannot_be_made_says_why(
    floor: Floor, queue_id: UUID, vera: Actor, world: World
) -> None:
    vera_api = floor.api.as_(vera)
    for body in (
        asked(),
        asked(queue_id, metrics=["oSomething"]),
        {"filter": {"type": "and", "predicates": [{"dimension": "userId", "value": "x"}]}},
    ):
        answer = await vera_api.post(OBSERVATIONS, body)
        assert answer.status == 400, answer
    assert (await vera_api.post(OBSERVATIONS, asked(uuid4()))).json()["results"] == []
    assert (await floor.api.as_(world.olga).post(OBSERVATIONS, asked(queue_id))).json()[
        "results"
    ] == []
    assert (await floor.api.as_(world.mia).post(OBSERVATIONS, asked(queue_id))).status == 403


async def test_people_are_observed_as_the_reference_asks(
    floor: Floor, queue_id: UUID, vera: Actor, world: World
) -> None:
    ben = await floor.colleague(queue_id)
    path = "/api/v2/analytics/users/observations/query"

    def of(*people: Actor) -> dict[str, Any]:
        predicates = [{"dimension": "userId", "value": str(each.id)} for each in people]
        return {"filter": {"type": "or", "predicates": predicates}}

    (seen,) = (await floor.api.as_(vera).post(path, of(ben, world.olga))).json()["results"]

    assert seen["group"] == {"userId": str(ben.id)}
    assert {each["metric"]: each["stats"]["count"] for each in seen["data"]} == {
        "oActiveQueues": 1,
        "oMemberQueues": 1,
    }
    assert (await floor.api.as_(vera).post(path, of())).status == 400
    assert (await floor.api.as_(world.olga).post(path, of(ben))).json()["results"] == []
    assert (await floor.api.as_(ben).post(path, of(ben))).status == 403
