"""Queues: their settings, their members and the wrap-up codes they offer."""

from typing import Any
from uuid import UUID

import pytest

from tests.api.test_skills import CODES, SKILLS, made, names
from tests.api_client import Api
from tests.world import Actor, World

QUEUES = "/api/v2/routing/queues"


def of(*people: Actor) -> list[dict[str, str]]:
    return [{"id": str(each.id)} for each in people]


async def test_a_queue_has_defaults_and_keeps_what_is_not_named(api: Api, world: World) -> None:
    queue = await made(api, QUEUES, name=" Orders ")

    assert queue["name"] == "Orders"
    assert queue["mediaSettings"]["message"] == {
        "enableAutoAnswer": False,
        "alertingTimeoutSeconds": 30,
        "serviceLevel": {"percentage": 0.8, "durationMs": 20000},
    }
    assert queue["acwSettings"] == {"wrapupPrompt": "MANDATORY_TIMEOUT", "timeoutMs": 60000}
    assert queue["scoringMethod"] == "TimestampAndPriority"
    assert queue["assignmentMethod"] == "longest_idle"
    assert "overflow" not in queue
    assert "bullseye" not in queue
    changed = await api.put(
        queue["selfUri"],
        {"skillEvaluationMethod": "BEST", "acwSettings": {"wrapupPrompt": "OPTIONAL"}},
    )
    assert changed.json()["name"] == "Orders"
    assert changed.json()["acwSettings"] == {"wrapupPrompt": "OPTIONAL", "timeoutMs": 60000}
    assert changed.json()["version"] == 2
    assert (await api.get(queue["selfUri"])).json() == changed.json()


async def test_rings_and_overflow_are_kept_and_cleared(api: Api, world: World) -> None:
    skill = await made(api, SKILLS, name="Wine")
    other = await made(api, QUEUES, name="Everybody")
    ring = {
        "expansionCriteria": [{"type": "TIMEOUT_SECONDS", "threshold": 45}],
        "actions": {"skillsToRemove": [{"id": skill["id"]}]},
    }
    overflow = {"action": "transfer", "afterSeconds": 900, "queue": {"id": other["id"]}}
    queue = await made(
        api, QUEUES, name="Cellar", bullseye={"rings": [ring, ring]}, overflow=overflow
    )

    assert queue["overflow"] == overflow
    first = queue["bullseye"]["rings"][0]
    assert first["expansionCriteria"] == [{"type": "TIMEOUT_SECONDS", "threshold": 45}]
    assert first["actions"]["skillsToRemove"][0]["id"] == skill["id"]
    named = await api.delete(other["selfUri"])
    assert (named.status, named.json()["code"]) == (409, "queue.in.use")
    assert "Cellar" in named.json()["message"]
    needed = await api.delete(skill["selfUri"])
    assert (needed.status, needed.json()["code"]) == (409, "skill.in.use")
    copy = await made(api, QUEUES, name="Second cellar", sourceQueueId=queue["id"])
    assert copy["bullseye"] == queue["bullseye"]
    cleared = {"bullseye": {"rings": []}, "overflow": {"action": "none"}}
    for each in (queue, copy):
        after = (await api.put(each["selfUri"], cleared)).json()
        assert not {"bullseye", "overflow"} & after.keys()
    assert (await api.delete(other["selfUri"])).status == 204
    assert (await api.delete(skill["selfUri"])).status == 204


NOBODY = "00000000-0000-4000-8000-000000000000"
RING = {"expansionCriteria": [{"threshold": 30}]}


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"name": " "}, "name"),
        (
            {"mediaSettings": {"message": {"alertingTimeoutSeconds": 6}}},
            "mediaSettings.message.alertingTimeoutSeconds",
        ),
        (
            {"mediaSettings": {"message": {"serviceLevel": {"percentage": 1.01}}}},
            "mediaSettings.message.serviceLevel.percentage",
        ),
        (
            {"mediaSettings": {"message": {"serviceLevel": {"durationMs": 10**30}}}},
            "mediaSettings.message.serviceLevel.durationMs",
        ),
        ({"acwSettings": {"timeoutMs": 999}}, "acwSettings.timeoutMs"),
        ({"bullseye": {"rings": [RING] * 7}}, "bullseye.rings"),
        ({"bullseye": {"rings": [{"expansionCriteria": []}]}}, "bullseye.rings.expansionCriteria"),
        (
            {"bullseye": {"rings": [{**RING, "actions": {"skillsToRemove": [{"id": NOBODY}]}}]}},
            "bullseye.rings.actions.skillsToRemove",
        ),
        ({"overflow": {"action": "transfer"}}, "overflow.queue"),
        ({"overflow": {"action": "transfer", "queue": {"id": NOBODY}}}, "overflow.queue"),
        ({"overflow": {"action": "disconnect", "afterSeconds": 0}}, "overflow.afterSeconds"),
        (
            {"cannedResponseLibraries": {"mode": "SelectedOnly", "libraryIds": [NOBODY]}},
            "cannedResponseLibraries.libraryIds",
        ),
        ({"division": {"id": NOBODY}}, "divisionId"),
    ],
)
async def test_what_does_not_fit_is_named(
    api: Api, world: World, wrong: dict[str, Any], field: str
) -> None:
    answer = await api.post(QUEUES, {"name": "Never there", **wrong})

    assert answer.status == 400, answer
    assert answer.json()["details"][0]["fieldName"] == field
    assert names(await api.get(QUEUES, params={"name": "Never there"})) == []


async def test_a_name_is_taken_once_and_an_old_version_is_refused(api: Api, world: World) -> None:
    queue = await made(api, QUEUES, name="Returns")
    other = await made(api, QUEUES, name="Complaints")

    assert (await api.post(QUEUES, {"name": "RETURNS"})).status == 409
    assert (await api.put(other["selfUri"], {"name": "returns"})).status == 409
    await api.put(queue["selfUri"], {"description": "Parcels", "version": 1})
    stale = await api.put(queue["selfUri"], {"description": "Letters", "version": 1})
    assert (stale.status, stale.json()["messageParams"]["currentVersion"]) == (409, "2")


async def test_people_are_members_in_rings(api: Api, world: World) -> None:
    queue = await made(api, QUEUES, name="Desk")
    path = f"{queue['selfUri']}/members"

    assert (await api.post(path, of(world.sven, world.mia, world.sven))).status == 200
    changed = await api.patch(
        path, [{"id": str(world.mia.id), "ringNumber": 2}, {"id": str(world.sven.id)}]
    )
    assert {m["name"]: (m["ringNumber"], m["joined"]) for m in changed.json()["entities"]} == {
        "Mia": (2, True),
        "Sven": (1, True),
    }
    alone = await api.patch(f"{path}/{world.mia.id}", {"joined": False})
    assert alone.status == 204
    assert names(await api.get(path, params={"joined": "true"})) == ["Sven"]
    assert names(await api.get(path, params={"name": "mi"})) == ["Mia"]
    assert names(await api.get(path, params={"routingStatus": "OFF_QUEUE"})) == ["Mia", "Sven"]
    assert names(await api.get(path, params={"routingStatus": "IDLE"})) == []
    shown = (await api.get(queue["selfUri"])).json()
    assert (shown["memberCount"], shown["joinedMemberCount"]) == (2, 1)
    assert (await api.post(path, of(world.sven), params={"delete": "true"})).status == 200
    assert (await api.delete(f"{path}/{world.mia.id}")).status == 204
    assert (await api.delete(f"{path}/{world.mia.id}")).status == 404
    assert names(await api.get(path)) == []


async def test_a_supervisor_adds_people_of_their_division(api: Api, world: World) -> None:
    queue = await made(api, QUEUES, name="Supervised")
    sven = api.as_(world.sven)

    own = await sven.post(f"{queue['selfUri']}/members", of(world.mia))
    other = await sven.post(f"{queue['selfUri']}/members", of(world.nils))

    assert (own.status, other.status) == (200, 400)


async def test_members_are_found_by_what_they_can(api: Api, world: World) -> None:
    queue = await made(api, QUEUES, name="Experts")
    path = f"{queue['selfUri']}/members"
    await api.post(path, of(world.sven, world.mia))
    skill = await made(api, SKILLS, name="Cheese")
    await made(api, f"/api/v2/users/{world.mia.id}/routingskills", id=skill["id"], proficiency=1)

    assert names(await api.get(path, params={"skills": "cheese"})) == ["Mia"]
    assert names(await api.get(path, params={"skills": ["Cheese", "Bread"]})) == []


async def test_wrong_members_are_refused_and_nobody_is_changed(api: Api, world: World) -> None:
    queue = await made(api, QUEUES, name="Careful")
    path = f"{queue['selfUri']}/members"
    await api.post(path, of(world.sven))

    unknown = await api.post(path, [*of(world.mia), {"id": NOBODY}])
    stranger = await api.post(path, of(world.olga))
    absent = await api.patch(path, [{"id": str(world.sven.id), "ringNumber": 3}, *of(world.mia)])
    ring = await api.patch(f"{path}/{world.sven.id}", {"ringNumber": 7})

    assert [unknown.status, stranger.status, absent.status, ring.status] == [400, 400, 404, 400]
    members = (await api.get(path)).json()["entities"]
    assert [(each["name"], each["ringNumber"]) for each in members] == [("Sven", 1)]


async def test_members_join_and_leave_their_own_queues(api: Api, world: World) -> None:
    mine, other = await made(api, QUEUES, name="Mine"), await made(api, QUEUES, name="Not mine")
    await api.post(f"{mine['selfUri']}/members", of(world.sven))
    sven = api.as_(world.sven)
    path = f"/api/v2/users/{world.sven.id}/queues"

    left = await sven.patch(f"{path}/{mine['id']}", {"joined": False})
    assert (left.status, left.json()["joined"]) == (200, False)
    assert mine["name"] not in names(await sven.get(f"{QUEUES}/me", params={"joined": "true"}))
    back = await sven.patch(path, [{"id": mine["id"], "joined": True}])
    assert {each["name"]: each["joined"] for each in back.json()["entities"]}["Mine"] is True
    assert (await sven.patch(f"{path}/{other['id']}", {"joined": True})).status == 404
    assert (await api.as_(world.robot).get(f"{QUEUES}/me")).json()["total"] == 0
    assert "Mine" in names(await api.get(path))


async def test_a_queue_offers_wrap_up_codes(api: Api, world: World) -> None:
    queue = await made(api, QUEUES, name="Coded")
    code = await made(api, CODES, name="Sold")
    path = f"{queue['selfUri']}/wrapupcodes"

    added = await api.post(path, [{"id": code["id"]}])
    assert [each["name"] for each in added.json()] == ["Sold"]
    assert names(await api.get(path)) == ["Sold"]
    assert (await api.post(path, [{"id": NOBODY}])).status == 400
    assert (await api.delete(f"{path}/{code['id']}")).status == 204
    assert (await api.delete(f"{path}/{code['id']}")).status == 404
    await api.post(path, [{"id": code["id"]}])
    await api.delete(code["selfUri"])
    assert names(await api.get(path)) == []


async def test_queues_of_other_divisions_are_not_there(api: Api, world: World) -> None:
    home = await made(api, QUEUES, name="At home")
    north = str(world.nordwind.divisions["North"])
    ours = await made(api, QUEUES, name="Up north", division={"id": north})
    nils = api.as_(world.nils)

    assert (await nils.get(home["selfUri"])).status == 404
    assert (await nils.put(home["selfUri"], {"name": "Taken over"})).status == 404
    assert (await nils.post(f"{home['selfUri']}/members", of(world.nils))).status == 404
    assert names(await nils.get(QUEUES)) == ["Up north"]
    everywhere = await nils.get(f"{QUEUES}/divisionviews", params={"divisionId": "*"})
    assert names(everywhere) == ["Up north"]
    assert names(await nils.get(f"{QUEUES}/divisionviews/all")) == ["Up north"]
    assert (await nils.post(f"{ours['selfUri']}/members", of(world.sven))).status == 400
    assert (await nils.post(QUEUES, {"name": "Mine at home"})).status == 403
    moved = await nils.put(
        ours["selfUri"], {"division": {"id": str(world.nordwind.divisions["Home"])}}
    )
    assert moved.status == 403
    assert UUID((await api.get(ours["selfUri"])).json()["division"]["id"]) == UUID(north)


async def test_a_repeated_request_creates_one_queue(api: Api, world: World) -> None:
    key = {"Idempotency-Key": "one-queue"}

    first = await api.post(QUEUES, {"name": "Once"}, headers=key)
    again = await api.post(QUEUES, {"name": "Once"}, headers=key)

    assert again.json() == first.json()
