"""An agent writes to a customer first."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from tests.api_client import Answer
from tests.floor import MESSAGES, Floor
from tests.world import Actor, World

PHONE = "4915188800001"


@pytest.fixture(scope="module")
async def ben(floor: Floor, queue_id: UUID) -> Actor:
    return await floor.colleague(queue_id)


async def start(floor: Floor, who: Actor, queue_id: UUID, phone: str, **more: Any) -> Answer:
    body = {"queueId": str(queue_id), "toAddress": phone, "toAddressMessengerType": "whatsapp"}
    return await floor.api.as_(who).post(MESSAGES, body | more)


async def test_a_template_is_the_first_thing_said(floor: Floor, queue_id: UUID, ben: Actor) -> None:
    begun = await start(floor, ben, queue_id, f"+{PHONE}")

    assert begun.status == 200, begun
    conversation_id, part_id = UUID(begun.json()["id"]), UUID(begun.json()["participantId"])
    (shown,) = await floor.mine(ben)
    assert shown["selfUri"] == begun.json()["selfUri"]
    assert (shown["address"], shown["messageCount"]) == (PHONE, 0)
    assert "windowClosesTime" not in shown
    assert "lastMessage" not in shown
    refused = await floor.write(ben, conversation_id, part_id, "Good morning")
    assert refused.json()["code"] == "window.closed"
    agreed = {"address": PHONE, "category": "utility", "state": "optedIn", "source": "form"}
    assert (await floor.api.post("/api/v2/consents", agreed)).status in (200, 201)
    template = {
        "responseId": str(floor.messaging.response_id),
        "headerParameters": [{"id": "1", "value": "A-17"}],
        "bodyParameters": [{"id": "1", "value": "Amina"}],
        "buttonUrlParameters": [{"id": "1", "value": "a17"}],
    }
    path = f"{MESSAGES}/{conversation_id}/communications/{part_id}/messages"
    sent = await floor.api.as_(ben).post(path, {"messagingTemplate": template})
    assert sent.status == 200, sent
    again = await start(floor, ben, queue_id, PHONE)
    assert (again.status, again.json()["code"]) == (409, "conversation.connected")
    assert (await floor.change(ben, conversation_id, part_id, state="disconnected")).status == 200
    taken_up = await start(floor, ben, queue_id, PHONE, useExistingConversation=True)
    assert taken_up.json()["id"] == str(conversation_id)
    assert await floor.state(conversation_id) == ("connected", ben.id)


async def test_a_customer_who_waits_is_not_passed_over(
    floor: Floor, queue_id: UUID, ben: Actor
) -> None:
    conversation_id, phone = await floor.customer()

    refused = await start(floor, ben, queue_id, phone)

    assert (refused.status, refused.json()["code"]) == (409, "conversation.open")
    assert str(conversation_id) in refused.json()["message"]
    taken = await start(floor, ben, queue_id, phone, useExistingConversation=True)
    assert taken.json()["id"] == str(conversation_id)


async def test_what_does_not_fit_is_said(
    floor: Floor, queue_id: UUID, ben: Actor, world: World
) -> None:
    number = str(floor.messaging.numbers["North"])

    async def refused(who: Actor, queue: UUID, phone: str, **more: Any) -> int:
        return (await start(floor, who, queue, phone, **more)).status

    assert await refused(ben, uuid4(), PHONE) == 404
    assert await refused(ben, queue_id, "12") == 400
    assert await refused(ben, queue_id, PHONE, toAddressMessengerType="sms") == 400
    assert await refused(ben, queue_id, PHONE, fromAddress=number) == 404
    assert await refused(world.ada, queue_id, "4915188800002") == 400
    assert await refused(world.robot, queue_id, "4915188800003") == 409
    assert await refused(world.olga, queue_id, "4915188800004") == 404
    assert await refused(world.mia, queue_id, "4915188800005") == 403
