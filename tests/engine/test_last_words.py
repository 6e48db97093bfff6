"""Lists show what a person said last in a conversation, whatever its workstream says by itself."""

import csv
from typing import Any
from uuid import UUID

from tests.api_client import Api
from tests.counter import Open, a_phone, text


async def shown(api: Api, conversation_id: UUID) -> dict[str, Any]:
    """A conversation as the desk shows it."""
    answer = await api.get(f"/api/v2/conversations/messages/{conversation_id}")
    assert answer.status == 200, answer
    found: dict[str, Any] = answer.json()
    return found


async def listed(api: Api, path: str, conversation_id: UUID, **query: str) -> dict[str, Any]:
    """A conversation's row of a list."""
    answer = await api.get(path, params=query)
    assert answer.status == 200, answer
    rows: list[dict[str, Any]] = answer.json()["entities"]
    return next(each for each in rows if each["conversationId"] == str(conversation_id))


async def test_the_customers_words_stand_although_a_greeting_followed(
    counter: Open, api: Api
) -> None:
    shop = await counter(text("greeting", "You are number {{position}}."))
    phone = a_phone()
    conversation_id = await shop.write(phone, "Where is my order?")
    assert await shop.said(phone) == ["You are number 1."]

    whole = await shown(api, conversation_id)
    path = f"/api/v2/routing/queues/{whole['queue']['id']}/waiting"
    waiting = await listed(api, path, conversation_id)

    assert whole["lastMessage"]["text"] == "You are number 1."
    assert (whole["lastSaid"]["text"], whole["lastSaid"]["direction"]) == (
        "Where is my order?",
        "inbound",
    )
    assert (waiting["lastText"], waiting["lastDirection"]) == ("Where is my order?", "inbound")


async def test_an_agents_words_stand_although_the_workstream_said_goodbye(
    counter: Open, api: Api
) -> None:
    shop = await counter(text("closed", "Goodbye."))
    phone = a_phone()
    conversation_id = await shop.write(phone, "Hello?")
    agent = await shop.desk.agent(await shop.desk.queue())
    part_id = await shop.accepted(conversation_id, agent)
    path = f"/api/v2/conversations/messages/{conversation_id}/communications/{part_id}/messages"
    assert (await api.as_(agent).post(path, {"textBody": "It is on its way."})).status == 200
    assert "lastSaid" not in await shown(api, conversation_id), "the last message is a person's"
    await shop.close(conversation_id)

    row = await listed(api, "/api/v2/interactions", conversation_id, address=phone)

    assert await shop.said(phone) == ["It is on its way.", "Goodbye."]
    assert row["lastMessage"]["text"] == "Goodbye."
    assert (row["lastSaid"]["text"], row["lastSaid"]["direction"]) == (
        "It is on its way.",
        "outbound",
    )
    assert row["lastAgent"]["name"] == agent.name
    assert "owner" not in row
    file = await api.get("/api/v2/interactions/export", params={"address": phone})
    (line,) = csv.DictReader(file.text.removeprefix("\ufeff").splitlines())
    assert line["agent"] == agent.name


async def test_where_no_person_said_anything_the_last_message_stands(
    api: Api, counter: Open
) -> None:
    shop = await counter(text("greeting", "Hello."))
    conversation_id = await shop.write(a_phone(), "Hi")
    async with shop.desk.database.transaction() as connection:
        await connection.execute(
            "UPDATE message SET sender_kind = 'client' WHERE conversation_id = %s"
            " AND direction = 'inbound'",
            (conversation_id,),
        )

    whole = await shown(api, conversation_id)

    assert (whole["lastMessage"]["text"], "lastSaid" in whole) == ("Hello.", False)
