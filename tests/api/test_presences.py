"""Presences and routing status: defined, set, and kept together."""

from typing import Any

import pytest

from tests.api.test_skills import made
from tests.api_client import Answer, Api
from tests.sending import Sending
from tests.world import Actor, World

DEFINITIONS = "/api/v2/presence/definitions"


def presence_of(person: Actor) -> str:
    return f"/api/v2/users/{person.id}/presences/purecloud"


def status_of(person: Actor) -> str:
    return f"/api/v2/users/{person.id}/routingstatus"


def to(system_presence: str, **more: Any) -> dict[str, Any]:
    return {"presenceDefinition": {"systemPresence": system_presence}, **more}


async def stands(api: Api, person: Actor) -> tuple[str, str]:
    presence = (await api.get(presence_of(person))).json()["presenceDefinition"]["systemPresence"]
    return presence, (await api.get(status_of(person))).json()["status"]


async def hold(sending: Sending, person: Actor, *, load: int, status: str) -> None:
    """As the router leaves an agent: with so much to do, in this routing status."""
    async with sending.database.transaction() as connection:
        await connection.execute(
            "UPDATE agent SET load = %s, routing_status = %s WHERE user_id = %s",
            [load, status, person.id],
        )


async def test_everybody_is_offline_and_off_queue_at_first(api: Api, world: World) -> None:
    assert await stands(api, world.nils) == ("Offline", "OFF_QUEUE")


async def test_going_on_queue_is_a_presence_and_a_routing_status(api: Api, world: World) -> None:
    mia = api.as_(world.mia)

    on = await mia.patch(presence_of(world.mia), to("ON_QUEUE", message="At the desk"))
    assert on.json()["message"] == "At the desk"
    assert await stands(mia, world.mia) == ("OnQueue", "IDLE")
    await mia.patch(presence_of(world.mia), to("Meal"))
    assert await stands(mia, world.mia) == ("Meal", "OFF_QUEUE")
    await mia.put(status_of(world.mia), {"status": "IDLE"})
    assert await stands(mia, world.mia) == ("OnQueue", "IDLE")
    await mia.put(status_of(world.mia), {"status": "OFF_QUEUE"})
    assert await stands(mia, world.mia) == ("Available", "OFF_QUEUE")
    await mia.patch(presence_of(world.mia), to("Busy"))
    await mia.put(status_of(world.mia), {"status": "OFF_QUEUE"})
    assert await stands(mia, world.mia) == ("Busy", "OFF_QUEUE")


async def test_who_holds_something_is_interacting(api: Api, world: World, sending: Sending) -> None:
    mia = api.as_(world.mia)
    await mia.put(status_of(world.mia), {"status": "IDLE"})
    await hold(sending, world.mia, load=2, status="INTERACTING")

    again = await mia.put(status_of(world.mia), {"status": "IDLE"})
    assert again.json()["status"] == "INTERACTING"
    await mia.patch(presence_of(world.mia), to("Break"))
    assert await stands(mia, world.mia) == ("Break", "OFF_QUEUE")
    await mia.patch(presence_of(world.mia), to("OnQueue"))
    assert await stands(mia, world.mia) == ("OnQueue", "INTERACTING")
    await hold(sending, world.mia, load=0, status="IDLE")


async def test_not_responding_ends_only_with_idle(api: Api, world: World, sending: Sending) -> None:
    mia = api.as_(world.mia)
    await mia.put(status_of(world.mia), {"status": "IDLE"})
    await hold(sending, world.mia, load=0, status="NOT_RESPONDING")

    await mia.patch(presence_of(world.mia), to("OnQueue", message="Still here"))
    assert await stands(mia, world.mia) == ("OnQueue", "NOT_RESPONDING")
    await mia.put(status_of(world.mia), {"status": "IDLE"})
    assert await stands(mia, world.mia) == ("OnQueue", "IDLE")


@pytest.mark.parametrize("status", ["INTERACTING", "NOT_RESPONDING", "idle", None])
async def test_other_statuses_come_by_themselves(
    api: Api, world: World, status: str | None
) -> None:
    answer = await api.put(status_of(world.ada), {"status": status} if status else {})

    assert (answer.status, answer.json()["details"][0]["fieldName"]) == (400, "status")


async def test_changes_are_announced_once_and_wake_the_router(
    api: Api, world: World, sending: Sending
) -> None:
    ada = presence_of(world.ada)
    async with sending.database.connection() as listening:
        await listening.execute("LISTEN tidings_routing")
        for _ in range(2):
            assert (await api.patch(ada, to("OnQueue"))).status == 200
        woken = [note.payload async for note in listening.notifies(timeout=30, stop_after=1)]
        await listening.execute("UNLISTEN *")

    told = await sending.rows(
        "SELECT kind, body FROM event WHERE entity_id = %s ORDER BY id", world.ada.id
    )
    assert woken == [str(world.nordwind.id)]
    assert [kind for kind, _ in told] == ["agent.presence", "agent.routing"]
    assert told[0][1]["systemPresence"] == "OnQueue"
    assert told[1][1] == {"userId": str(world.ada.id), "status": "IDLE"}


async def test_a_supervisor_sets_others_and_nobody_else_does(api: Api, world: World) -> None:
    assert (await api.as_(world.sven).patch(presence_of(world.mia), to("Away"))).status == 200
    trail = (await api.get("/api/v2/audits")).json()["entities"]
    assert ("agent", "set_presence") in {(r["entity"]["type"], r["action"]) for r in trail}
    assert (await api.as_(world.mia).patch(presence_of(world.sven), to("Away"))).status == 404
    assert (await api.as_(world.nils).put(status_of(world.sven), {"status": "IDLE"})).status == 404
    assert (await api.as_(world.olga).get(presence_of(world.mia))).status == 404
    assert (await api.put(status_of(world.ruth), {"status": "IDLE"})).status == 404


async def test_a_presence_is_defined_used_and_taken_out_of_use(api: Api, world: World) -> None:
    labels = {"en": " Coffee ", "de": "Kaffee"}
    coffee = await made(api, DEFINITIONS, systemPresence="Break", languageLabels=labels)
    mia = api.as_(world.mia)
    chosen = {"presenceDefinition": {"id": coffee["id"]}}

    assert (coffee["name"], coffee["type"], coffee["primary"]) == ("Coffee", "User", False)
    now = await mia.patch(presence_of(world.mia), chosen)
    assert now.json()["presenceDefinition"]["systemPresence"] == "Break"
    renamed = await api.put(coffee["selfUri"], {"languageLabels": {"da": "Kaffe"}})
    assert renamed.json()["name"] == "Kaffe"
    assert (await api.delete(coffee["selfUri"])).status == 204
    refused = await mia.patch(presence_of(world.mia), chosen)
    assert (refused.status, refused.json()["code"]) == (409, "presence.deactivated")
    assert coffee["id"] not in ids(await api.get(DEFINITIONS))
    assert ids(await api.get(DEFINITIONS, params={"deactivated": "true"})) == {coffee["id"]}
    await api.put(coffee["selfUri"], {"deactivated": False})
    assert coffee["id"] in ids(await mia.get("/api/v2/presencedefinitions"))
    assert coffee["id"] not in ids(await api.as_(world.olga).get(DEFINITIONS))


def ids(answer: Answer) -> set[str]:
    return {each["id"] for each in answer.json()["entities"]}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"systemPresence": "OnQueue", "languageLabels": {"en": "Mine"}}, "systemPresence"),
        ({"systemPresence": "Nowhere", "languageLabels": {"en": "Mine"}}, "systemPresence"),
        ({"systemPresence": "Break", "languageLabels": {}}, "languageLabels"),
        ({"systemPresence": "Break", "languageLabels": {"en": " "}}, "languageLabels"),
        ({"systemPresence": "Break", "languageLabels": {"Deutsch!": "Tee"}}, "languageLabels"),
    ],
)
async def test_a_presence_that_cannot_be_is_refused(
    api: Api, world: World, body: dict[str, Any], field: str
) -> None:
    answer = await api.post(DEFINITIONS, body)

    assert (answer.status, answer.json()["details"][0]["fieldName"]) == (400, field)


async def test_system_presences_stay_as_they_are(api: Api, world: World) -> None:
    system = (await api.get("/api/v2/systempresences")).json()
    on_queue = next(each for each in system if each["name"] == "OnQueue")

    assert len(system) == 10
    assert (await api.get(on_queue["selfUri"])).json()["languageLabels"]["en"] == "On Queue"
    assert (await api.put(on_queue["selfUri"], {"deactivated": True})).status == 409
    assert (await api.delete(on_queue["selfUri"])).status == 409
    unknown = await api.patch(presence_of(world.ada), to("Sailing"))
    assert unknown.status == 400
