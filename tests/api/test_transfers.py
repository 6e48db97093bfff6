"""Conversations go from hand to hand: transfer, monitor, take over, pick and assign."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import pytest

from tests.api_client import Answer
from tests.floor import CONVERSATIONS, MESSAGES, Floor
from tests.world import Actor, World


@pytest.fixture(scope="module")
async def queue_id(floor: Floor) -> UUID:
    return await floor.queue(acw_mode="OPTIONAL")


@pytest.fixture
async def vera(floor: Floor, queue_id: UUID) -> Actor:
    """A supervisor."""
    return await floor.colleague(queue_id, role="supervisor")


async def replace(
    floor: Floor, agent: Actor, ids: tuple[UUID, UUID], ending: str = "", **body: Any
) -> Answer:
    path = f"{CONVERSATIONS}/{ids[0]}/participants/{ids[1]}/replace{ending}"
    return await floor.api.as_(agent).post(path, body)


async def assign(floor: Floor, who: Actor, conversation_id: UUID, agent: Actor) -> Answer:
    path = f"{CONVERSATIONS}/{conversation_id}/assign"
    return await floor.api.as_(who).post(path, {"id": str(agent.id)})


async def test_a_conversation_is_given_to_another_queue(
    floor: Floor, queue_id: UUID, ben: Actor
) -> None:
    other = await floor.queue()
    ids = await floor.connected(queue_id, ben)

    answer = await replace(floor, ben, ids, "/queue", queueId=str(other))

    assert answer.status == 202, answer
    assert await floor.state(ids[0]) == ("open", None)
    waiting = await floor.waiting(ids[0])
    assert waiting is not None
    assert waiting.queue_id == other
    assert await floor.held(ben) == (0, "IDLE")
    told = await floor.events(ids[0])
    assert told[-2:] == ["queued", "transferred"]
    shown = (await floor.api.get(f"{MESSAGES}/{ids[0]}")).json()
    assert shown["waiting"]["since"]
    part = next(each for each in shown["participants"] if each["id"] == str(ids[1]))
    assert (part["state"], part["disconnectType"]) == ("disconnected", "transfer")
    again = await replace(floor, ben, ids, queueId=str(other))
    assert (again.status, again.json()["code"]) == (409, "conversation.not.connected")


async def test_a_colleague_is_offered_a_transferred_conversation(
    floor: Floor, queue_id: UUID, ben: Actor, cleo: Actor
) -> None:
    ids = await floor.connected(queue_id, ben)

    answer = await replace(floor, ben, ids, "/agent", userId=str(cleo.id))

    assert answer.status == 202, answer
    assert await floor.mine(ben) == []
    (shown,) = await floor.mine(cleo)
    offer = shown["participants"][-1]
    assert (offer["state"], offer["user"]["id"]) == ("alerting", str(cleo.id))
    assert await floor.held(ben) == (0, "IDLE")
    assert await floor.held(cleo) == (1, "INTERACTING")
    accepted = await floor.change(cleo, ids[0], UUID(offer["id"]), state="connected")
    assert accepted.status == 200, accepted
    assert await floor.state(ids[0]) == ("connected", cleo.id)
    assert (await floor.write(cleo, ids[0], UUID(offer["id"]), "Cleo here")).status == 200
    assert (await floor.write(ben, ids[0], ids[1], "Still me")).status == 409


async def test_a_declined_transfer_goes_back_to_its_queue(
    floor: Floor, queue_id: UUID, ben: Actor, cleo: Actor
) -> None:
    ids = await floor.connected(queue_id, ben)
    await replace(floor, ben, ids, userId=str(cleo.id))
    (shown,) = await floor.mine(cleo)
    offer_id = UUID(shown["participants"][-1]["id"])

    declined = await floor.change(cleo, ids[0], offer_id, state="disconnected")

    assert declined.status == 200, declined
    waiting = await floor.waiting(ids[0])
    assert waiting is not None
    assert waiting.queue_id == queue_id
    assert await floor.state(ids[0]) == ("open", None)


async def test_a_transfer_names_somebody_who_is_there(
    floor: Floor, queue_id: UUID, ben: Actor, world: World
) -> None:
    ids = await floor.connected(queue_id, ben)
    away = await floor.colleague(queue_id, on=False)

    async def refused(**body: str) -> tuple[int, str]:
        answer = await replace(floor, ben, ids, **body)
        return answer.status, answer.json()["code"]

    assert await refused(userId=str(away.id)) == (409, "agent.offline")
    assert await refused(userId=str(ben.id)) == (409, "transfer.to.self")
    assert await refused(userId=str(world.olga.id)) == (404, "not.found")
    assert await refused(userId=str(world.ruth.id)) == (404, "not.found")
    assert await refused(queueId=str(uuid4())) == (400, "invalid.value")
    assert await refused() == (400, "invalid.value")
    assert await refused(userId=str(ben.id), transferType="Warm") == (400, "invalid.value")
    assert await floor.state(ids[0]) == ("connected", ben.id)


async def test_a_queues_wrapup_follows_a_transfer(floor: Floor, cleo: Actor) -> None:
    strict = await floor.queue(acw_mode="MANDATORY_TIMEOUT", acw_seconds=90)
    ben = await floor.colleague(strict)
    ids = await floor.connected(strict, ben)

    assert (await replace(floor, ben, ids, userId=str(cleo.id))).status == 202

    (shown,) = await floor.mine(ben)
    part = next(each for each in shown["participants"] if each["id"] == str(ids[1]))
    assert part["wrapupTimeoutMs"] == 90_000
    assert part["wrapupExpiresTime"] > part["startAcwTime"]
    assert await floor.held(ben) == (1, "INTERACTING")
    assert await floor.held(cleo) == (1, "INTERACTING")


async def test_a_supervisor_listens_and_takes_over(
    floor: Floor, queue_id: UUID, ben: Actor, cleo: Actor, vera: Actor
) -> None:
    ids = await floor.connected(queue_id, ben)
    path = f"{MESSAGES}/{ids[0]}/participants/{ids[1]}"
    assert (await floor.api.as_(cleo).post(f"{path}/monitor")).status == 403
    assert (await floor.api.as_(cleo).post(f"{path}/takeover")).status == 403
    assert (await floor.api.as_(vera).post(f"{path}/monitor")).status == 200
    listening = [
        p for p in (await floor.mine(ben))[0]["participants"] if p.get("mode") == "monitor"
    ]
    assert [(each["user"]["name"], each["state"]) for each in listening] == [
        (vera.name, "connected")
    ]

    taken = await floor.api.as_(vera).post(f"{path}/takeover")

    assert taken.status == 200, taken
    assert await floor.state(ids[0]) == ("connected", vera.id)
    assert await floor.held(ben) == (0, "IDLE")
    assert await floor.held(vera) == (1, "INTERACTING")
    refused = await floor.write(ben, ids[0], ids[1], "Hello")
    assert vera.name in refused.json()["message"]
    assert (await floor.write(vera, ids[0], UUID(taken.json()["id"]), "Hello")).status == 200
    trail = await floor.api.get("/api/v2/audits", params={"entityId": str(ids[0])})
    assert "take_over" in trail.text
    assert "monitor" in trail.text


async def test_an_agent_picks_what_waits_even_above_their_capacity(
    floor: Floor, queue_id: UUID
) -> None:
    ben = await floor.colleague(queue_id)
    own = f"/api/v2/routing/users/{ben.id}/utilization"
    full = {"utilization": {"message": {"maximumCapacity": 0}}}
    assert (await floor.api.put(own, full)).status == 200
    conversation_id = await floor.queued(queue_id)

    picked = await assign(floor, ben, conversation_id, ben)

    assert picked.status == 200, picked
    assert await floor.state(conversation_id) == ("connected", ben.id)
    assert await floor.waiting(conversation_id) is None
    assert await floor.held(ben) == (1, "INTERACTING")


async def test_of_two_who_pick_at_once_one_gets_it(
    floor: Floor, queue_id: UUID, ben: Actor, cleo: Actor
) -> None:
    conversation_id = await floor.queued(queue_id)

    answers = await asyncio.gather(
        *(assign(floor, who, conversation_id, who) for who in (ben, cleo))
    )

    assert sorted(each.status for each in answers) == [200, 409]
    refused = next(each for each in answers if each.status == 409).json()
    _, owner = await floor.state(conversation_id)
    winner = ben if owner == ben.id else cleo
    assert (refused["code"], winner.name in refused["message"]) == ("conversation.taken", True)
    assert (await floor.held(ben))[0] + (await floor.held(cleo))[0] == 1


async def test_only_members_on_queue_pick(floor: Floor, queue_id: UUID) -> None:
    conversation_id = await floor.queued(queue_id)
    stranger = await floor.colleague()
    off = await floor.colleague(queue_id, on=False)

    assert (await assign(floor, stranger, conversation_id, stranger)).json()["code"] == (
        "agent.not.member"
    )
    refused = await assign(floor, off, conversation_id, off)
    assert (refused.status, refused.json()["code"]) == (409, "agent.off.queue")
    assert "on queue first" in refused.json()["message"]
    by_itself = await floor.queue(manual_assignment=False)
    ben = await floor.colleague(by_itself)
    refused = await assign(floor, ben, await floor.queued(by_itself), ben)
    assert (refused.status, refused.json()["code"]) == (409, "queue.no.picking")


async def test_a_supervisor_gives_a_conversation_away_even_while_it_is_offered(
    floor: Floor, queue_id: UUID, ben: Actor, cleo: Actor, vera: Actor, world: World
) -> None:
    conversation_id, _ = await floor.offered(queue_id, ben)
    assert (await assign(floor, ben, conversation_id, cleo)).status == 403
    assert (await assign(floor, world.olga, conversation_id, world.olga)).status == 404

    given = await assign(floor, vera, conversation_id, cleo)

    assert given.status == 200, given
    assert await floor.state(conversation_id) == ("connected", cleo.id)
    assert await floor.held(ben) == (0, "IDLE")
    assert await floor.held(cleo) == (1, "INTERACTING")
    assert (await assign(floor, vera, conversation_id, ben)).status == 409


async def test_a_supervisor_ends_what_waits_and_an_agent_does_not_end_anothers(
    floor: Floor, queue_id: UUID, ben: Actor, cleo: Actor, vera: Actor
) -> None:
    waiting_id = await floor.queued(queue_id)
    ended = await floor.api.as_(vera).post(f"{CONVERSATIONS}/{waiting_id}/disconnect")
    assert ended.status == 200, ended
    assert await floor.state(waiting_id) == ("disconnected", None)
    conversation_id, _ = await floor.connected(queue_id, ben)
    path = f"{CONVERSATIONS}/{conversation_id}/disconnect"
    assert (await floor.api.as_(cleo).post(path)).status == 403
    assert (await floor.api.as_(vera).post(path)).status == 200
    assert await floor.state(conversation_id) == ("disconnected", None)


async def test_attributes_and_the_tag_of_another_system_are_kept(
    floor: Floor, queue_id: UUID, ben: Actor
) -> None:
    ids = await floor.connected(queue_id, ben)
    path = f"{MESSAGES}/{ids[0]}/participants/{ids[1]}/attributes"
    ben_api = floor.api.as_(ben)
    first = {"order": "A-17", "vip": "yes"}
    assert (await ben_api.patch(path, {"attributes": first})).status == 200
    assert (await ben_api.patch(path, {"attributes": {"vip": "", "tier": "2"}})).status == 200
    customer = (await floor.mine(ben))[0]["participants"][0]["id"]
    of_customer = f"{MESSAGES}/{ids[0]}/participants/{customer}/attributes"
    assert (await ben_api.patch(of_customer, {"attributes": {"city": "Bonn"}})).status == 200
    strange = of_customer.replace(customer, str(uuid4()))
    assert (await ben_api.patch(strange, {"attributes": {"city": "Bonn"}})).status == 404
    tagged = await ben_api.put(f"{CONVERSATIONS}/{ids[0]}/tags", {"externalTag": "ticket-9"})
    assert tagged.status == 200, tagged

    (shown,) = await floor.mine(ben)

    assert shown["attributes"] == {"order": "A-17", "tier": "2", "city": "Bonn"}
    assert shown["externalTag"] == "ticket-9"
    too_many = {str(at): "x" for at in range(101)}
    assert (await ben_api.patch(path, {"attributes": too_many})).status == 400


async def test_notes_are_for_who_may_see_the_conversation(
    floor: Floor, queue_id: UUID, ben: Actor, world: World
) -> None:
    ids = await floor.connected(queue_id, ben)
    path = f"{CONVERSATIONS}/{ids[0]}/notes"
    ben_api = floor.api.as_(ben)
    for text in ("First", "Second"):
        assert (await ben_api.post(path, {"text": text})).status == 200

    page = (await ben_api.get(path, params={"pageSize": 1})).json()
    assert [each["text"] for each in page["entities"]] == ["Second"]
    rest = (await ben_api.get(page["nextUri"])).json()
    assert [each["text"] for each in rest["entities"]] == ["First"]
    assert (await ben_api.post(path, {"text": " "})).status == 400
    for stranger in (world.olga, world.nils):
        assert (await floor.api.as_(stranger).get(path)).status == 404
        assert (await floor.api.as_(stranger).post(path, {"text": "Me"})).status == 404


async def test_the_same_step_again_is_a_step_of_its_own_unless_it_has_a_key(
    floor: Floor, queue_id: UUID, ben: Actor
) -> None:
    conversation_id = await floor.queued(queue_id)
    path, body = f"{CONVERSATIONS}/{conversation_id}/assign", {"id": str(ben.id)}
    key, ben_api = {"Idempotency-Key": str(uuid4())}, floor.api.as_(ben)
    first = await ben_api.post(path, body, headers=key)
    assert (await ben_api.post(path, body, headers=key)).json() == first.json()
    part_id = first.json()["id"]
    assert (
        await replace(floor, ben, (conversation_id, part_id), queueId=str(queue_id))
    ).status == 202

    again = await ben_api.post(path, body)
    back = await replace(floor, ben, (conversation_id, again.json()["id"]), queueId=str(queue_id))

    assert (again.status, again.json()["id"] != part_id) == (200, True)
    assert back.status == 202
    assert await floor.state(conversation_id) == ("open", None)


async def test_a_supervisor_takes_what_a_colleague_is_still_offered(
    floor: Floor, queue_id: UUID, ben: Actor, cleo: Actor, vera: Actor
) -> None:
    ids = await floor.connected(queue_id, ben)
    await replace(floor, ben, ids, userId=str(cleo.id))
    (shown,) = await floor.mine(cleo)
    path = f"{MESSAGES}/{ids[0]}/participants/{shown['participants'][-1]['id']}/takeover"

    taken = await floor.api.as_(vera).post(path)

    assert taken.status == 200, taken
    assert await floor.state(ids[0]) == ("connected", vera.id)
    assert await floor.held(cleo) == (0, "IDLE")


async def test_a_list_of_conversations_says_who_has_each_or_is_offered_it(
    floor: Floor, queue_id: UUID, ben: Actor, cleo: Actor
) -> None:
    had, _ = await floor.connected(queue_id, ben)
    offered, _ = await floor.offered(queue_id, cleo)
    waiting = await floor.queued(queue_id)

    answer = await floor.api.get("/api/v2/interactions", params={"pageSize": 100})

    shown = {each["conversationId"]: each for each in answer.json()["entities"]}
    told = [
        (shown[str(each)].get("owner", {}).get("name"), shown[str(each)].get("ownerState"))
        for each in (had, offered, waiting)
    ]
    assert told == [(ben.name, "connected"), (cleo.name, "alerting"), (None, None)]
    one = (await floor.api.get(f"/api/v2/interactions/{had}")).json()
    assert (one["owner"]["id"], one["ownerState"]) == (str(ben.id), "connected")
