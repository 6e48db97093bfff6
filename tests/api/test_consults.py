"""An agent asks a colleague to read along, and may hand the conversation over to them."""

import asyncio
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest

from tests.api_client import Answer
from tests.floor import CONVERSATIONS, MESSAGES, Floor
from tests.world import Actor, World
from tidings.engine.routing_clock import RoutingClock
from tidings.store.database import Database

Ids = tuple[UUID, UUID]


@pytest.fixture(scope="module")
async def queue_id(floor: Floor) -> UUID:
    return await floor.queue(acw_mode="OPTIONAL")


@pytest.fixture
async def ids(floor: Floor, queue_id: UUID, ben: Actor) -> Ids:
    """Ben's conversation, and his participant."""
    return await floor.connected(queue_id, ben)


async def ask(floor: Floor, who: Actor, ids: Ids, colleague: Actor, **more: str) -> Answer:
    path = f"{MESSAGES}/{ids[0]}/participants/{ids[1]}/consult"
    return await floor.api.as_(who).post(path, {"userId": str(colleague.id), **more})


async def asked(floor: Floor, who: Actor, ids: Ids, colleague: Actor, **more: str) -> UUID:
    answer = await ask(floor, who, ids, colleague, **more)
    assert answer.status == 200, answer
    return UUID(answer.json()["id"])


async def consulted(floor: Floor, who: Actor, ids: Ids, colleague: Actor) -> UUID:
    part_id = await asked(floor, who, ids, colleague)
    accepted = await floor.change(colleague, ids[0], part_id, state="connected")
    assert accepted.status == 200, accepted
    return part_id


async def hand_over(floor: Floor, who: Actor, ids: Ids, ending: str = "", **to: str) -> Answer:
    path = f"{CONVERSATIONS}/{ids[0]}/participants/{ids[1]}/replace{ending}"
    return await floor.api.as_(who).post(path, {"transferType": "Attended", **to})


async def part_of(floor: Floor, viewer: Actor, ids: Ids, part_id: UUID) -> dict[str, Any]:
    shown = (await floor.api.as_(viewer).get(f"{MESSAGES}/{ids[0]}")).json()
    return next(each for each in shown["participants"] if each["id"] == str(part_id))


async def test_a_colleague_is_offered_a_consult_and_told_who_asks_what(
    floor: Floor, ben: Actor, cleo: Actor, ids: Ids
) -> None:
    part_id = await asked(floor, ben, ids, cleo, note="  Which plan fits?  ")

    (shown,) = await floor.mine(cleo)
    offer = shown["participants"][-1]
    assert (offer["id"], offer["mode"], offer["state"]) == (str(part_id), "consult", "alerting")
    assert (offer["askedBy"]["name"], offer["askedNote"]) == (ben.name, "Which plan fits?")
    assert offer["alertingExpiresTime"] > datetime.now(UTC).isoformat()
    assert await floor.held(cleo) == (0, "IDLE")
    assert await floor.state(ids[0]) == ("connected", ben.id)
    assert "connected" not in (await floor.events(ids[0]))[-1:]


async def test_who_is_consulted_reads_along_and_writes_only_notes(
    floor: Floor, ben: Actor, cleo: Actor, ids: Ids
) -> None:
    part_id = await consulted(floor, ben, ids, cleo)

    assert (await part_of(floor, ben, ids, part_id))["state"] == "connected"
    assert await floor.held(cleo) == (0, "IDLE")
    for own in (part_id, ids[1]):
        assert (await floor.write(cleo, ids[0], own, "Me")).status == 409
    notes = f"{CONVERSATIONS}/{ids[0]}/notes"
    assert (await floor.api.as_(cleo).post(notes, {"text": "Offer him the blue one"})).status == 200
    (note,) = (await floor.api.as_(ben).get(notes)).json()["entities"]
    assert (note["text"], note["author"]["name"]) == ("Offer him the blue one", cleo.name)
    again = await ask(floor, ben, ids, cleo)
    assert (again.status, again.json()["code"]) == (409, "conversation.joined")
    own_self = await ask(floor, ben, ids, ben)
    assert (own_self.status, own_self.json()["code"]) == (409, "conversation.joined")


async def test_either_side_ends_a_consult(
    floor: Floor, queue_id: UUID, ben: Actor, cleo: Actor, ids: Ids
) -> None:
    dora = await floor.colleague(queue_id)
    part_id = await consulted(floor, ben, ids, cleo)
    stranger = await floor.change(dora, ids[0], part_id, state="disconnected")
    assert stranger.status == 403

    assert (await floor.change(cleo, ids[0], part_id, state="disconnected")).status == 200
    other_id = await consulted(floor, ben, ids, cleo)
    assert (await floor.change(ben, ids[0], other_id, state="disconnected")).status == 200

    ends = [(await part_of(floor, ben, ids, p))["disconnectType"] for p in (part_id, other_id)]
    assert ends == ["client", "peer"]
    assert await floor.mine(cleo) == []
    assert await floor.state(ids[0]) == ("connected", ben.id)
    over = await floor.change(ben, ids[0], other_id, state="disconnected")
    assert (over.status, over.json()["code"]) == (409, "conversation.participant.state")


async def test_a_consult_is_declined_withdrawn_or_runs_out_and_changes_nothing_else(
    floor: Floor, database: Database, ben: Actor, cleo: Actor, ids: Ids
) -> None:
    declined = await asked(floor, ben, ids, cleo)
    assert (await floor.change(cleo, ids[0], declined, state="disconnected")).status == 200
    withdrawn = await asked(floor, ben, ids, cleo)
    assert (await floor.change(ben, ids[0], withdrawn, state="disconnected")).status == 200
    late = await floor.change(cleo, ids[0], withdrawn, state="connected")
    assert (late.status, late.json()["code"]) == (409, "conversation.participant.state")
    overlooked = await asked(floor, ben, ids, cleo)
    async with database.transaction() as connection:
        expiry = "UPDATE participant SET expires_at = now() WHERE id = %s"
        await connection.execute(expiry, (overlooked,))

    await RoutingClock(database).tick()

    parts = [await part_of(floor, ben, ids, p) for p in (declined, withdrawn, overlooked)]
    assert [each["disconnectType"] for each in parts] == ["client", "peer", "timeout"]
    assert await floor.held(cleo) == (0, "IDLE")
    assert await floor.state(ids[0]) == ("connected", ben.id)
    assert await floor.waiting(ids[0]) is None


async def test_a_conversation_is_handed_over_to_who_is_consulted_at_once(
    floor: Floor, ben: Actor, cleo: Actor, ids: Ids
) -> None:
    part_id = await consulted(floor, ben, ids, cleo)

    answer = await hand_over(floor, ben, ids, "/agent", userId=str(cleo.id))

    assert answer.status == 202, answer
    assert await floor.state(ids[0]) == ("connected", cleo.id)
    assert await floor.held(ben) == (0, "IDLE")
    assert await floor.held(cleo) == (1, "INTERACTING")
    (shown,) = await floor.mine(cleo)
    own = shown["participants"][-1]
    assert (own["mode"], own["state"]) == ("primary", "connected")
    assert (await part_of(floor, cleo, ids, part_id))["state"] == "disconnected"
    left = await part_of(floor, cleo, ids, ids[1])
    assert (left["state"], left["disconnectType"]) == ("disconnected", "transfer.consult")
    assert (await floor.write(cleo, ids[0], UUID(own["id"]), "Cleo here")).status == 200
    assert (await floor.write(ben, ids[0], ids[1], "Still me")).status == 409
    again = await hand_over(floor, ben, ids, userId=str(cleo.id))
    assert (again.status, again.json()["code"]) == (409, "conversation.not.connected")


async def test_who_hands_over_wraps_up_as_their_queue_says(floor: Floor, cleo: Actor) -> None:
    strict = await floor.queue(acw_mode="MANDATORY_TIMEOUT", acw_seconds=90)
    ben = await floor.colleague(strict)
    ids = await floor.connected(strict, ben)
    await consulted(floor, ben, ids, cleo)

    assert (await hand_over(floor, ben, ids, userId=str(cleo.id))).status == 202

    part = await part_of(floor, ben, ids, ids[1])
    assert part["wrapupTimeoutMs"] == 90_000
    assert await floor.held(ben) == (1, "INTERACTING")
    assert await floor.state(ids[0]) == ("connected", cleo.id)


async def test_attended_begins_with_the_consult_and_waits_for_it(
    floor: Floor, queue_id: UUID, ben: Actor, cleo: Actor, ids: Ids
) -> None:
    in_a_queue = await hand_over(floor, ben, ids, queueId=str(queue_id))
    assert (in_a_queue.status, in_a_queue.json()["code"]) == (400, "invalid.value")
    assert "queue" in in_a_queue.json()["message"]
    begun = await hand_over(floor, ben, ids, userId=str(cleo.id))
    assert begun.status == 202, begun
    offer = (await floor.mine(cleo))[0]["participants"][-1]
    assert (offer["mode"], offer["state"]) == ("consult", "alerting")

    early = await hand_over(floor, ben, ids, userId=str(cleo.id))

    assert (early.status, early.json()["code"]) == (409, "consult.not.accepted")
    assert cleo.name in early.json()["message"]
    accepted = await floor.change(cleo, ids[0], UUID(offer["id"]), state="connected")
    assert accepted.status == 200
    assert (await hand_over(floor, ben, ids, userId=str(cleo.id))).status == 202
    assert await floor.state(ids[0]) == ("connected", cleo.id)


async def test_a_consult_lives_as_long_as_who_asked_has_the_conversation(
    floor: Floor, queue_id: UUID, ben: Actor
) -> None:
    dora = await floor.colleague(queue_id)
    other = await floor.queue()
    path = "participants/{}/replace"
    for step, body in (
        (path, {"queueId": str(other)}),
        (path, {"userId": str(dora.id)}),
        ("disconnect", {}),
    ):
        ids = await floor.connected(queue_id, ben)
        connected, alerting = await floor.colleague(queue_id), await floor.colleague(queue_id)
        await consulted(floor, ben, ids, connected)
        await asked(floor, ben, ids, alerting)

        left = await floor.api.as_(ben).post(
            f"{CONVERSATIONS}/{ids[0]}/{step.format(ids[1])}", body
        )

        assert left.status in (200, 202), left
        assert await floor.mine(connected) == []
        assert await floor.mine(alerting) == []


async def test_of_a_hand_over_and_an_end_at_once_one_happens(
    floor: Floor, ben: Actor, cleo: Actor, ids: Ids
) -> None:
    await consulted(floor, ben, ids, cleo)

    given, ended = await asyncio.gather(
        hand_over(floor, ben, ids, userId=str(cleo.id)),
        floor.change(ben, ids[0], ids[1], state="disconnected"),
    )

    state, owner = await floor.state(ids[0])
    if given.status == 202:
        assert (ended.status, state, owner) == (409, "connected", cleo.id)
    else:
        assert (given.status, ended.status, state) == (409, 200, "disconnected")
    assert (await floor.held(ben))[0] == 0


async def test_who_is_consulted_must_be_there_and_the_note_short(
    floor: Floor, queue_id: UUID, ben: Actor, cleo: Actor, ids: Ids, world: World
) -> None:
    away = await floor.colleague(queue_id, on=False)
    assert (await ask(floor, ben, ids, away)).json()["code"] == "agent.offline"
    assert (await ask(floor, ben, ids, world.olga)).status == 404
    assert (await ask(floor, world.olga, ids, cleo)).status == 404
    long = await ask(floor, ben, ids, cleo, note="x" * 501)
    assert (long.status, long.json()["details"][0]["fieldName"]) == (400, "note")
    nobody = await floor.api.as_(ben).post(
        f"{MESSAGES}/{ids[0]}/participants/{uuid4()}/consult", {"userId": str(cleo.id)}
    )
    assert nobody.status == 404
    assert (await ask(floor, cleo, ids, ben)).status == 403
    assert await floor.mine(cleo) == []
