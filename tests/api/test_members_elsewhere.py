"""Members of a queue from another division: its work is theirs, and nothing more."""

from uuid import UUID, uuid4

import pytest

from tests.api_client import Answer, Api
from tests.floor import CONVERSATIONS, MESSAGES, Floor
from tests.world import Actor, World
from tidings.store.database import Database

WAITING = "/api/v2/routing/queues/me/waiting"
STREAMS = "/api/v2/routing/workstreams"
LIBRARIES = "/api/v2/responsemanagement/libraries"
RESPONSES = "/api/v2/responsemanagement/responses"


@pytest.fixture(scope="module")
async def floor(database: Database, world: World, api: Api) -> Floor:
    return await Floor.build(database, world, api)


@pytest.fixture
async def queue_id(floor: Floor) -> UUID:
    """A queue of Home, as are the conversations in it."""
    return await floor.queue(acw_mode="MANDATORY")


async def waiting_of(floor: Floor, agent: Actor) -> list[str]:
    answer = await floor.api.as_(agent).get(WAITING)
    assert answer.status == 200, answer
    return [each["conversationId"] for each in answer.json()["entities"]]


async def pick(floor: Floor, agent: Actor, conversation_id: UUID) -> Answer:
    path = f"{CONVERSATIONS}/{conversation_id}/assign"
    return await floor.api.as_(agent).post(path, {"id": str(agent.id)})


async def reads(floor: Floor, agent: Actor, conversation_id: UUID) -> set[int]:
    """What somebody is answered who reads a conversation: its head, thread, message and notes."""
    api = floor.api.as_(agent)
    thread = await floor.api.get(f"/api/v2/interactions/{conversation_id}")
    message_id = thread.json()["messages"][0]["id"]
    paths = (
        f"{MESSAGES}/{conversation_id}",
        f"{CONVERSATIONS}/{conversation_id}",
        f"/api/v2/interactions/{conversation_id}",
        f"{MESSAGES}/{conversation_id}/messages/{message_id}",
        f"{CONVERSATIONS}/{conversation_id}/notes",
    )
    answers = [(await api.get(path)).status for path in paths]
    bulk = await api.post(f"{MESSAGES}/{conversation_id}/messages/bulk", [message_id])
    return {*answers, bulk.status}


async def test_a_member_sees_who_waits_in_their_queue_and_picks(
    floor: Floor, queue_id: UUID
) -> None:
    nora, stranger = await floor.northerner(queue_id), await floor.northerner()
    conversation_id = await floor.queued(queue_id)

    assert await waiting_of(floor, nora) == [str(conversation_id)]
    assert await waiting_of(floor, stranger) == []
    assert await reads(floor, nora, conversation_id) == {404}
    assert (await pick(floor, stranger, conversation_id)).status == 404
    assert (await pick(floor, nora, conversation_id)).status == 200

    assert await floor.state(conversation_id) == ("connected", nora.id)
    assert await reads(floor, nora, conversation_id) == {200}
    assert await reads(floor, stranger, conversation_id) == {404}
    (mine,) = await floor.mine(nora)
    part_id = UUID(mine["participants"][-1]["id"])
    assert (await floor.write(nora, conversation_id, part_id, "Hello")).status == 200
    note = {"text": "Called before"}
    notes = f"{CONVERSATIONS}/{conversation_id}/notes"
    assert (await floor.api.as_(nora).post(notes, note)).status == 200
    upload = {"fileName": "plan.pdf", "contentLengthBytes": 1_000}
    files = f"{MESSAGES}/{conversation_id}/communications/{part_id}/messages/media/uploads"
    assert (await floor.api.as_(nora).post(files, upload)).status == 200
    assert (await floor.api.as_(stranger).post(notes, note)).status == 404
    assert (await floor.api.as_(stranger).post(files, upload)).status == 404


async def test_an_offer_is_read_while_it_is_out(floor: Floor, queue_id: UUID) -> None:
    nora = await floor.northerner(queue_id)
    conversation_id, part_id = await floor.offered(queue_id, nora)
    assert await reads(floor, nora, conversation_id) == {200}

    declined = await floor.change(nora, conversation_id, part_id, state="disconnected")

    assert declined.status == 200, declined
    assert await reads(floor, nora, conversation_id) == {404}
    late = await floor.change(nora, conversation_id, part_id, state="connected")
    assert late.status == 409, "they are told that their offer is over"
    notes = f"{CONVERSATIONS}/{conversation_id}/notes"
    assert (await floor.api.as_(nora).post(notes, {"text": "Later"})).status == 404


async def test_what_was_ones_own_is_read_until_it_is_wrapped_up(
    floor: Floor, queue_id: UUID
) -> None:
    nora = await floor.northerner(queue_id)
    conversation_id, part_id = await floor.connected(queue_id, nora)
    parked = f"{MESSAGES}/{conversation_id}/participants/{part_id}/parkingstate"
    for state in ("parked", "connected"):
        assert (await floor.api.as_(nora).patch(parked, {"state": state})).status == 204
        assert await reads(floor, nora, conversation_id) == {200}

    ended = await floor.change(nora, conversation_id, part_id, state="disconnected")

    assert ended.status == 200, ended
    assert await reads(floor, nora, conversation_id) == {200}
    code = await floor.api.post("/api/v2/routing/wrapupcodes", {"name": f"Done {uuid4()}"})
    wrapup = {"code": code.json()["id"]}
    wrapped = await floor.change(nora, conversation_id, part_id, wrapup=wrapup)
    assert wrapped.status == 200, wrapped
    assert await reads(floor, nora, conversation_id) == {404}


async def test_a_member_is_told_why_they_cannot_pick(floor: Floor, queue_id: UUID) -> None:
    nora, ben = await floor.northerner(queue_id), await floor.colleague(queue_id)
    taken = await floor.queued(queue_id)
    assert (await pick(floor, ben, taken)).status == 200
    late = await pick(floor, nora, taken)
    assert (late.status, ben.name in late.json()["message"]) == (409, True)
    conversation_id = await floor.queued(queue_id)
    left = f"/api/v2/users/{nora.id}/queues/{queue_id}"
    assert (await floor.api.as_(nora).patch(left, {"joined": False})).status == 200

    unjoined = await pick(floor, nora, conversation_id)

    assert (unjoined.status, unjoined.json()["code"]) == (409, "agent.not.joined")
    assert await waiting_of(floor, nora) == []
    given = await floor.api.as_(nora).post(
        f"{CONVERSATIONS}/{conversation_id}/assign", {"id": str(ben.id)}
    )
    assert given.status == 404, "to give it to others is not theirs"
    assert (await floor.api.post(f"{CONVERSATIONS}/{taken}/disconnect")).status == 200
    over = await pick(floor, nora, taken)
    assert over.status == 404, "what is over is no work of the queue"


async def test_what_is_prepared_for_a_conversation_is_read_while_one_takes_part(
    floor: Floor,
) -> None:
    chosen = await library(floor, "Greetings")
    await library(floor, "Other")
    queue_id = await floor.queue(
        acw_mode="OPTIONAL", library_mode="SelectedOnly", library_ids=[UUID(chosen)]
    )
    reply = {"name": "Hello", "text": "Good day."}
    stream = await stream_of(floor, reply)
    nora, stranger = await floor.northerner(queue_id), await floor.northerner()
    conversation_id, part_id = await floor.offered(queue_id, nora)
    await handled_by(floor, conversation_id, stream)

    seen = await floor.api.as_(nora).get(f"{STREAMS}/{stream}/desk")
    assert (seen.status, seen.json()["quickReplies"]) == (200, [reply])
    assert await responses_of(floor, nora) == {f"Text of {chosen}"}
    listed = await floor.api.as_(nora).get(RESPONSES, params={"libraryId": chosen})
    (response,) = listed.json()["entities"]
    assert (await floor.api.as_(nora).get(response["selfUri"])).status == 200
    assert (await floor.api.as_(nora).delete(response["selfUri"])).status in (403, 404)
    assert (await floor.api.as_(nora).get(f"{STREAMS}/{stream}")).status in (403, 404)
    assert (await floor.api.as_(stranger).get(f"{STREAMS}/{stream}/desk")).status == 404
    assert await responses_of(floor, stranger) == set()

    await floor.change(nora, conversation_id, part_id, state="disconnected")
    assert (await floor.api.as_(nora).get(f"{STREAMS}/{stream}/desk")).status == 404
    assert (await floor.api.as_(nora).get(response["selfUri"])).status == 404
    assert await responses_of(floor, nora) == set()


@pytest.mark.parametrize(("mode", "is_seen"), [("All", True), ("None", False)])
async def test_a_queue_that_names_no_libraries_answers_with_all_of_its_division_or_none(
    floor: Floor, mode: str, *, is_seen: bool
) -> None:
    home = await library(floor, f"Home {mode}")
    queue_id = await floor.queue(library_mode=mode)
    nora = await floor.northerner(queue_id)
    await floor.offered(queue_id, nora)
    assert (f"Text of {home}" in await responses_of(floor, nora)) == is_seen


async def library(floor: Floor, name: str) -> str:
    """A library of Home with one canned text."""
    made = await floor.api.post(f"{LIBRARIES}", {"name": f"{name} {uuid4()}"})
    library_id: str = made.json()["id"]
    said = {"name": f"Text of {library_id}", "texts": [{"content": "Good day."}]}
    answer = await floor.api.post(RESPONSES, {**said, "libraries": [{"id": library_id}]})
    assert answer.status == 200, answer
    return library_id


async def stream_of(floor: Floor, reply: dict[str, str]) -> str:
    """A workstream of Home with a quick reply."""
    made = await floor.api.post(
        STREAMS, {"name": f"Prepared {uuid4()}", "isDraft": True, "quickReplies": [reply]}
    )
    assert made.status == 200, made
    stream_id: str = made.json()["id"]
    return stream_id


async def handled_by(floor: Floor, conversation_id: UUID, stream_id: str) -> None:
    """The conversation came by this workstream."""
    async with floor.database.transaction() as connection:
        await connection.execute(
            "UPDATE conversation SET workstream_id = %s WHERE id = %s", (stream_id, conversation_id)
        )


async def responses_of(floor: Floor, agent: Actor) -> set[str]:
    """The names of the canned texts that somebody finds."""
    query = {"filters": [{"name": "responseType", "operator": "NOTEQUALS", "values": ["x"]}]}
    found = await floor.api.as_(agent).post(f"{RESPONSES}/query", {**query, "pageSize": 100})
    assert found.status == 200, found
    return {each["name"] for each in found.json()["results"]["entities"]}
