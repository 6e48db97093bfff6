"""What a waiting conversation asks for is changed: priority, skills, language."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from tests.api_client import Answer
from tests.floor import CONVERSATIONS, Floor
from tests.world import Actor, World
from tidings.engine.router import Router

ROUTED = "/api/v2/routing/conversations/{}"


@pytest.fixture
async def vera(floor: Floor) -> Actor:
    """A supervisor."""
    return await floor.colleague(role="supervisor", on=False)


async def pick(floor: Floor, agent: Actor, conversation_id: UUID) -> Answer:
    path = f"{CONVERSATIONS}/{conversation_id}/assign"
    return await floor.api.as_(agent).post(path, {"id": str(agent.id)})


async def test_a_supervisor_changes_what_a_waiting_conversation_asks_for(
    floor: Floor, queue_id: UUID, vera: Actor
) -> None:
    conversation_id = await floor.queued(queue_id)
    wine = await floor.skill(f"Wine {uuid4()}")
    danish = await floor.skill("Dansk", kind="language")
    path, vera_api = ROUTED.format(conversation_id), floor.api.as_(vera)

    changed = await vera_api.patch(
        path, {"priority": 7, "skillIds": [str(wine)], "languageId": str(danish)}
    )

    assert changed.status == 200, changed
    shown = changed.json()
    assert (shown["priority"], [each["id"] for each in shown["skills"]]) == (7, [str(wine)])
    assert shown["language"] == {"id": str(danish), "name": "Dansk"}
    waiting = await floor.waiting(conversation_id)
    assert waiting is not None
    assert (waiting.priority, waiting.skill_ids, waiting.language_id) == (7, [wine], danish)
    less = await vera_api.patch(path, {"skillIds": [], "languageId": ""})
    assert less.json() == {"priority": 7, "skills": []}
    assert (await floor.events(conversation_id))[-1] == "changed"
    audits = await floor.api.get("/api/v2/audits", params={"entityId": str(conversation_id)})
    newest, first = audits.json()["entities"]
    assert (newest["action"], newest["actor"]["id"]) == ("route", str(vera.id))
    assert (first["after"]["priority"], first["after"]["language"]) == ("7", "Dansk")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "priority"),
        ({"priority": 25_000_001}, "priority"),
        ({"skillIds": [str(uuid4())]}, "skillIds"),
        ({"skillIds": ["wine"]}, "skillIds"),
        ({"languageId": str(uuid4())}, "languageId"),
    ],
)
async def test_what_nobody_can_ask_for_is_refused_by_its_field(
    floor: Floor, queue_id: UUID, vera: Actor, body: dict[str, Any], field: str
) -> None:
    path = ROUTED.format(await floor.queued(queue_id))

    refused = await floor.api.as_(vera).patch(path, body)

    assert refused.status == 400, refused
    assert refused.json()["details"][0]["fieldName"] == field


async def test_only_what_waits_is_changed_and_who_has_it_is_told(
    floor: Floor, queue_id: UUID, vera: Actor, ben: Actor, world: World
) -> None:
    conversation_id = await floor.queued(queue_id)
    path, vera_api = ROUTED.format(conversation_id), floor.api.as_(vera)
    assert (await floor.api.as_(ben).patch(path, {"priority": 1})).status == 403
    assert (await floor.api.as_(world.olga).patch(path, {"priority": 1})).status == 404
    assert (await pick(floor, ben, conversation_id)).status == 200

    late = await vera_api.patch(path, {"priority": 1})

    assert (late.status, late.json()["code"]) == (409, "conversation.not.waiting")
    assert f"{ben.name} has this conversation" in late.json()["message"]
    ended = await floor.queued(queue_id)
    assert (await vera_api.post(f"{CONVERSATIONS}/{ended}/disconnect")).status == 200
    over = await vera_api.patch(ROUTED.format(ended), {"priority": 1})
    assert (over.status, "It is over" in over.json()["message"]) == (409, True)


async def test_the_router_decides_anew_by_what_is_asked_for_now(floor: Floor, vera: Actor) -> None:
    queue_id = await floor.queue()
    ben = await floor.colleague(queue_id)
    wine = await floor.skill(f"Wine {uuid4()}")
    conversation_id = await floor.queued(queue_id, skill_ids=(wine,))
    router = Router(floor.database)
    await router.route_some(floor.organization_id)
    waiting = await floor.waiting(conversation_id)
    assert waiting is not None
    assert waiting.why is not None

    changed = await floor.api.as_(vera).patch(ROUTED.format(conversation_id), {"skillIds": []})

    assert changed.status == 200, changed
    waiting = await floor.waiting(conversation_id)
    assert waiting is not None
    assert waiting.why is None, "what hindered before is said no more"
    await router.route_some(floor.organization_id)
    assert await floor.state(conversation_id) == ("connected", ben.id)
