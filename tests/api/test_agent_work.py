"""What agents do with conversations over the API, as the reference spells it."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from tests.floor import CONVERSATIONS, MESSAGES, Floor
from tests.sending import Sending
from tests.world import Actor, World
from tidings.store.database import Database


@pytest.fixture(scope="module")
async def queue_id(floor: Floor) -> UUID:
    return await floor.queue(acw_mode="MANDATORY", alerting_seconds=45)


def agent_of(conversation: dict, part_id: UUID) -> dict:  # type: ignore[type-arg]
    found = [each for each in conversation["participants"] if each["id"] == str(part_id)]
    assert found, conversation
    part: dict = found[0]  # type: ignore[type-arg]
    return part


async def test_an_offer_lies_on_the_desk_with_its_end(
    floor: Floor, queue_id: UUID, ben: Actor
) -> None:
    conversation_id, part_id = await floor.offered(queue_id, ben)

    (shown,) = await floor.mine(ben)

    assert shown["id"] == str(conversation_id)
    assert shown["state"] == "connected"
    assert shown["owner"]["id"] == str(ben.id)
    assert shown["queue"]["id"] == str(queue_id)
    assert shown["lastMessage"]["text"] == "Hello"
    assert shown["windowClosesTime"] > shown["startTime"]
    assert [each["purpose"] for each in shown["participants"]] == ["customer", "acd", "agent"]
    part = agent_of(shown, part_id)
    assert part["state"] == "alerting"
    assert part["user"] == {
        "id": str(ben.id), "name": ben.name, "selfUri": f"/api/v2/users/{ben.id}"
    }  # fmt: skip
    assert part["alertingTimeoutMs"] == 45_000
    assert part["alertingExpiresTime"] > part["startAlertingTime"]
    assert (part["wrapupRequired"], part["wrapupPrompt"]) == (True, "mandatory")


async def test_who_accepts_has_it_and_writes(floor: Floor, queue_id: UUID, ben: Actor) -> None:
    conversation_id, part_id = await floor.connected(queue_id, ben)

    sent = await floor.write(ben, conversation_id, part_id, "How can I help?")

    assert sent.status == 200, sent
    message = sent.json()
    assert message["status"] == "queued"
    assert message["direction"] == "outbound"
    assert message["textBody"] == "How can I help?"
    assert message["conversationId"] == str(conversation_id)
    assert (await floor.api.as_(ben).get(message["selfUri"])).json()["id"] == message["id"]
    shown = (await floor.api.as_(ben).get(f"{CONVERSATIONS}/{conversation_id}")).json()
    part = agent_of(shown, part_id)
    assert part["messages"][0]["id"] == str(part_id)
    assert part["messages"][0]["state"] == "connected"
    assert [each["messageId"] for each in part["messages"][0]["messages"]] == [message["id"]]
    acd = next(each for each in shown["participants"] if each["purpose"] == "acd")
    assert (acd["queueId"], "endTime" in acd) == (str(queue_id), True)
    assert await floor.held(ben) == (1, "INTERACTING")


async def test_a_message_goes_ahead_of_notifications(
    floor: Floor, queue_id: UUID, ben: Actor, database: Database
) -> None:
    conversation_id, part_id = await floor.connected(queue_id, ben)
    sent = await floor.write(ben, conversation_id, part_id, "At once")

    async with database.connection() as connection:
        cursor = await connection.execute(
            "SELECT priority FROM outbox WHERE message_id = %s", (sent.json()["id"],)
        )
        assert await cursor.fetchone() == (0,)


async def test_a_repeated_message_is_sent_once(floor: Floor, queue_id: UUID, ben: Actor) -> None:
    conversation_id, part_id = await floor.connected(queue_id, ben)
    key = {"Idempotency-Key": str(uuid4())}

    first = await floor.write(ben, conversation_id, part_id, "Once", **key)
    again = await floor.write(ben, conversation_id, part_id, "Once", **key)

    assert again.json() == first.json()
    assert again.headers["Idempotency-Replayed"] == "true"
    path = f"{CONVERSATIONS}/messages/{conversation_id}"
    part = agent_of((await floor.api.as_(ben).get(path)).json(), part_id)
    assert len(part["messages"]) == 1


async def test_nobody_else_writes_and_is_told_who_has_it(
    floor: Floor, queue_id: UUID, ben: Actor, cleo: Actor, world: World
) -> None:
    conversation_id, part_id = await floor.connected(queue_id, ben)

    refused = await floor.write(cleo, conversation_id, part_id, "Me too")

    assert (refused.status, refused.json()["code"]) == (409, "conversation.taken")
    assert ben.name in refused.json()["message"]
    assert (await floor.write(world.mia, conversation_id, part_id, "No")).status == 403
    assert (await floor.write(world.olga, conversation_id, part_id, "No")).status == 404
    assert (await floor.write(world.nils, conversation_id, part_id, "No")).status == 404
    assert (await floor.write(ben, conversation_id, uuid4(), "No")).status == 404


async def test_an_offer_is_accepted_before_anything_is_written(
    floor: Floor, queue_id: UUID, ben: Actor
) -> None:
    conversation_id, part_id = await floor.offered(queue_id, ben)

    refused = await floor.write(ben, conversation_id, part_id, "Too early")

    assert (refused.status, refused.json()["code"]) == (409, "conversation.not.connected")
    assert "accept it" in refused.json()["message"]


async def test_free_text_needs_the_open_window_and_a_template_does_not(
    floor: Floor, queue_id: UUID, ben: Actor
) -> None:
    conversation_id, part_id = await floor.connected(queue_id, ben)
    await floor.close_window(conversation_id)

    refused = await floor.write(ben, conversation_id, part_id, "Hello?")

    assert (refused.status, refused.json()["code"]) == (409, "window.closed")
    assert "template" in refused.json()["message"]
    path = f"{MESSAGES}/{conversation_id}/communications/{part_id}/messages"
    given = {
        "responseId": str(floor.messaging.response_id),
        "headerParameters": [{"id": "1", "value": "A-17"}],
        "bodyParameters": [{"id": "1", "value": "Amina"}],
        "buttonUrlParameters": [{"id": "1", "value": "a17"}],
    }
    refused = await floor.api.as_(ben).post(path, {"messagingTemplate": given})
    assert (refused.status, refused.json()["code"]) == (409, "consent.required")


@pytest.mark.parametrize("text", ["", "   ", "x" * 10_000])
async def test_a_text_that_whatsapp_would_not_take_is_refused_in_words(
    floor: Floor, queue_id: UUID, ben: Actor, text: str
) -> None:
    conversation_id, part_id = await floor.connected(queue_id, ben)

    refused = await floor.write(ben, conversation_id, part_id, text)

    assert refused.status == 400
    assert refused.json()["details"][0]["fieldName"] == "textBody"


async def test_who_declines_sends_it_back_to_the_queue(
    floor: Floor, queue_id: UUID, ben: Actor
) -> None:
    conversation_id, part_id = await floor.offered(queue_id, ben)

    answer = await floor.change(ben, conversation_id, part_id, state="disconnected")

    assert answer.status == 200, answer
    assert await floor.mine(ben) == []
    assert await floor.held(ben) == (0, "IDLE")
    again = await floor.change(ben, conversation_id, part_id, state="connected")
    assert (again.status, again.json()["code"]) == (409, "conversation.participant.state")


async def test_the_end_asks_for_a_wrapup_that_takes_capacity_until_it_is_given(
    floor: Floor, queue_id: UUID, ben: Actor
) -> None:
    code = await floor.api.post("/api/v2/routing/wrapupcodes", {"name": f"Sold {uuid4()}"})
    conversation_id, part_id = await floor.connected(queue_id, ben)
    ended = await floor.change(ben, conversation_id, part_id, state="disconnected")
    assert ended.status == 200, ended

    (shown,) = await floor.mine(ben)
    part = agent_of(shown, part_id)
    assert (shown["state"], part["state"]) == ("disconnected", "disconnected")
    assert part["disconnectType"] == "client"
    assert "startAcwTime" in part
    assert "endAcwTime" not in part
    assert await floor.held(ben) == (1, "INTERACTING")
    path = f"{MESSAGES}/{conversation_id}/participants/{part_id}"
    codes = (await floor.api.as_(ben).get(f"{path}/wrapupcodes")).json()
    assert code.json()["id"] in [each["id"] for each in codes]
    wrong = await floor.change(ben, conversation_id, part_id, wrapup={"code": str(uuid4())})
    assert (wrong.status, wrong.json()["details"][0]["fieldName"]) == (400, "code")
    skipped = await floor.change(ben, conversation_id, part_id, wrapupSkipped=True)
    assert (skipped.status, skipped.json()["code"]) == (409, "conversation.wrapup.required")

    given = {"code": code.json()["id"], "notes": "Bought two"}
    answer = await floor.api.as_(ben).post(f"{path}/communications/{part_id}/wrapup", given)

    assert answer.status == 200, answer
    assert await floor.mine(ben) == []
    assert await floor.held(ben) == (0, "IDLE")
    said = (await floor.api.as_(ben).get(f"{path}/wrapup")).json()
    assert (said["code"], said["notes"]) == (given["code"], "Bought two")
    assert said["name"].startswith("Sold")


async def test_a_code_given_with_the_end_leaves_nothing_to_do(
    floor: Floor, queue_id: UUID, ben: Actor
) -> None:
    code = await floor.api.post("/api/v2/routing/wrapupcodes", {"name": f"Asked {uuid4()}"})
    conversation_id, part_id = await floor.connected(queue_id, ben)

    wrapup = {"code": code.json()["id"]}
    answer = await floor.change(ben, conversation_id, part_id, state="disconnected", wrapup=wrapup)

    assert answer.status == 200, answer
    assert await floor.mine(ben) == []
    assert await floor.held(ben) == (0, "IDLE")
    assert (await floor.state(conversation_id)) == ("disconnected", None)


async def test_a_conversation_ends_once(floor: Floor, queue_id: UUID, ben: Actor) -> None:
    conversation_id, part_id = await floor.connected(queue_id, ben)
    path = f"{CONVERSATIONS}/{conversation_id}/disconnect"
    assert (await floor.api.as_(ben).post(path)).status == 200

    again = await floor.change(ben, conversation_id, part_id, state="disconnected")

    assert (again.status, again.json()["code"]) == (409, "conversation.participant.state")
    assert (await floor.events(conversation_id)).count("disconnected") == 1


async def test_a_colleague_does_not_change_what_is_not_theirs(
    floor: Floor, queue_id: UUID, ben: Actor, cleo: Actor
) -> None:
    conversation_id, part_id = await floor.connected(queue_id, ben)

    refused = await floor.change(cleo, conversation_id, part_id, state="disconnected")

    assert refused.status == 403
    assert "takeOver" in refused.json()["message"]


async def test_a_parked_conversation_takes_no_capacity(
    floor: Floor, queue_id: UUID, ben: Actor
) -> None:
    conversation_id, part_id = await floor.connected(queue_id, ben)
    path = f"{MESSAGES}/{conversation_id}/participants/{part_id}/parkingstate"
    later = (datetime.now(UTC) + timedelta(hours=2)).isoformat()
    ben_api = floor.api.as_(ben)

    parked = await ben_api.patch(path, {"state": "parked", "resumeTime": later})

    assert parked.status == 204, parked
    assert await floor.held(ben) == (0, "IDLE")
    (shown,) = await floor.mine(ben)
    part = agent_of(shown, part_id)
    assert part["state"] == "parked"
    assert part["resumeTime"] > part["parkTime"]
    refused = await floor.write(ben, conversation_id, part_id, "Parked")
    assert (refused.status, refused.json()["code"]) == (409, "conversation.not.connected")
    assert (await ben_api.patch(path, {"state": "parked"})).status == 409
    assert (await ben_api.patch(path, {"state": "connected"})).status == 204
    assert await floor.held(ben) == (1, "INTERACTING")
    past = {"state": "parked", "resumeTime": "2020-01-01T00:00:00Z"}
    assert (await ben_api.patch(path, past)).json()["details"][0]["fieldName"] == "resumeTime"


async def test_agents_read_the_thread_and_what_came_before_it(
    floor: Floor, queue_id: UUID, ben: Actor, world: World
) -> None:
    conversation_id, _ = await floor.connected(queue_id, ben)
    desk, path = floor.api.as_(ben), "/api/v2/interactions"

    thread = (await desk.get(f"{path}/{conversation_id}")).json()
    assert [each["text"] for each in thread["messages"]] == ["Hello"]
    assert thread["window"]["open"]
    earlier = await desk.get(f"{path}?address={thread['customer']['address']}")
    assert [each["conversationId"] for each in earlier.json()["entities"]] == [str(conversation_id)]
    for stranger, status in ((world.olga, 404), (world.nils, 404), (world.mia, 403)):
        assert (await floor.api.as_(stranger).get(f"{path}/{conversation_id}")).status == status


async def test_who_has_a_conversation_shows_that_they_read_and_type(
    floor: Floor, queue_id: UUID, ben: Actor, cleo: Actor
) -> None:
    conversation_id, part_id = await floor.connected(queue_id, ben)
    path = f"{MESSAGES}/{conversation_id}/communications/{part_id}"
    typing = {"typing": {"type": "On"}}
    assert (await floor.api.as_(cleo).post(f"{path}/typing", typing)).status == 409
    assert (await floor.api.as_(cleo).post(f"{path}/read")).status == 409

    for ending, body in (("read", None), ("typing", typing), ("typing", typing)):
        answer = await floor.api.as_(ben).post(f"{path}/{ending}", body)
        assert answer.status == 204, answer

    thread = (await floor.api.get(f"/api/v2/interactions/{conversation_id}")).json()
    assert thread["messages"][0]["readTime"]


async def test_what_the_customer_wrote_during_a_wrapup_waits_when_it_is_done(
    floor: Floor, queue_id: UUID, ben: Actor, sending: Sending
) -> None:
    line = await sending.connect()
    await floor.stream(line, queue_id)
    conversation_id, part_id = await floor.connected(queue_id, ben)
    async with floor.database.transaction() as connection:
        await connection.execute(
            "UPDATE conversation SET integration_id = %s WHERE id = %s",
            (line.integration_id, conversation_id),
        )
    assert (await floor.change(ben, conversation_id, part_id, state="disconnected")).status == 200
    async with floor.database.transaction() as connection:
        await connection.execute(
            "UPDATE conversation SET state = 'open', ended_at = NULL WHERE id = %s",
            (conversation_id,),
        )

    code = await floor.api.post("/api/v2/routing/wrapupcodes", {"name": f"Done {uuid4()}"})
    wrapup = {"code": code.json()["id"]}
    assert (await floor.change(ben, conversation_id, part_id, wrapup=wrapup)).status == 200

    waiting = await floor.waiting(conversation_id)
    assert waiting is not None
    assert waiting.queue_id == queue_id
    assert await floor.held(ben) == (0, "IDLE")


async def test_a_conversation_names_the_workstream_by_which_it_came(
    floor: Floor, queue_id: UUID, ben: Actor
) -> None:
    before, _ = await floor.customer()
    number = {"id": str(floor.messaging.numbers["Home"])}
    named = {"name": "Counter", "fallbackQueue": {"id": str(queue_id)}, "numbers": [number]}
    stream = await floor.api.post("/api/v2/routing/workstreams", named)
    assert stream.status == 200, stream

    conversation_id, _ = await floor.customer()

    reader = floor.api.as_(ben)
    shown = (await reader.get(f"{MESSAGES}/{conversation_id}")).json()
    assert shown["workstreamId"] == stream.json()["id"]
    assert "workstreamId" not in (await reader.get(f"{MESSAGES}/{before}")).json()
    put = await floor.api.put(stream.json()["selfUri"], {"numbers": list[str]()})
    assert put.status == 200, put
