"""Conversations and messages as the reference has them, and the exchange log of a message."""

from uuid import uuid4

import pytest

from tests.api_client import Api
from tests.messaging import TEMPLATE, Messaging
from tests.world import World
from tidings.actions.queued_messages import Queued
from tidings.domain.delivery import DeliveryStatus
from tidings.store.database import Database
from tidings.store.exchanges import NewExchange, insert_exchanges
from tidings.store.ids import new_id
from tidings.store.query import execute

CONVERSATIONS = "/api/v2/conversations"
MESSAGES = "/api/v2/conversations/messages"
AMINA, BRUNO, CELIA = "4915120000001", "4915120000002", "4915120000003"


class Scene:
    """Amina's arrived and she answered, Bruno's outcome is not known, Celia (of North) refused."""

    messaging: Messaging
    amina: Queued
    bruno: Queued
    celia: Queued

    @classmethod
    async def build(cls, database: Database, world: World) -> "Scene":
        self = cls()
        self.messaging = messaging = await Messaging.build(database, world)
        self.amina = await messaging.notify(AMINA)
        await messaging.accept(self.amina, wamid="wamid.a")
        await messaging.report(self.amina, DeliveryStatus.DELIVERED, wamid="wamid.a")
        await messaging.write("Thank you", sender=AMINA, name="Amina")
        self.bruno = await messaging.notify(BRUNO)
        await messaging.lose(self.bruno)
        self.celia = await messaging.notify(CELIA, number="North")
        await messaging.accept(self.celia, wamid="wamid.c")
        await messaging.report(
            self.celia, DeliveryStatus.FAILED, wamid="wamid.c", error="meta.131050"
        )
        await self._log_call(database, world)
        return self

    async def _log_call(self, database: Database, world: World) -> None:
        call = NewExchange(
            id=new_id(), integration_id=self.amina.integration_id,
            message_id=self.amina.message_id, method="POST", url="/v24.0/1/messages", status=200,
            duration_ms=81, request='{"to":"..."}', response='{"messages":[]}', error=None,
        )  # fmt: skip
        async with database.transaction(world.nordwind.id) as connection:
            await execute(connection, insert_exchanges(world.nordwind.id, [call]))


@pytest.fixture(scope="module")
async def scene(database: Database, world: World) -> Scene:
    """Three customers' conversations."""
    return await Scene.build(database, world)


async def test_a_message_tells_how_far_it_got(api: Api, scene: Scene) -> None:
    answer = await api.get(f"{MESSAGES}/{scene.amina.message_id}/details")

    message = answer.json()
    assert message["id"] == str(scene.amina.message_id)
    assert message["conversationId"] == str(scene.amina.conversation_id)
    assert message["status"] == "delivery-success"
    assert message["providerMessageId"] == "wamid.a"
    assert message["messengerType"] == "whatsapp"
    assert message["textBody"] == "Hello Amina, your order is on its way."
    normalized = message["normalizedMessage"]
    assert normalized["type"] == "Structured"
    assert normalized["status"] == "Delivered"
    assert normalized["direction"] == "Outbound"
    assert normalized["channel"]["platform"] == "Whatsapp"
    assert normalized["channel"]["to"] == {"id": AMINA, "idType": "Phone"}
    assert normalized["content"][0]["template"]["id"] == TEMPLATE
    assert normalized["content"][0]["template"]["header"] == {"type": "Text", "text": "Order A-17"}
    assert "null" not in answer.text
    assert (await api.get(message["selfUri"])).json() == message


async def test_a_failure_has_the_contracts_reason(api: Api, scene: Scene) -> None:
    message = (await api.get(f"{MESSAGES}/{scene.celia.message_id}/details")).json()

    assert message["status"] == "failed"
    assert message["errorInfo"]["code"] == "meta.131050"
    assert message["normalizedMessage"]["reasons"][0]["code"] == "RecipientOptedOut"


async def test_an_unknown_outcome_promises_no_more_than_queued(api: Api, scene: Scene) -> None:
    message = (await api.get(f"{MESSAGES}/{scene.bruno.message_id}/details")).json()

    assert message["status"] == "queued"
    assert message["errorInfo"]["code"] == "outcome.unknown"
    assert "not known" in message["errorInfo"]["message"]


async def test_a_conversation_names_who_took_part(api: Api, scene: Scene) -> None:
    answer = await api.get(f"{MESSAGES}/{scene.amina.conversation_id}")

    customer, program = answer.json()["participants"]
    assert customer["purpose"] == "customer"
    assert customer["name"] == "Amina"
    assert [each["messageStatus"] for each in customer["messages"]] == ["received"]
    assert program["purpose"] == "api"
    assert program["toAddress"]["addressNormalized"] == AMINA
    assert [each["messageStatus"] for each in program["messages"]] == ["delivery-success"]
    assert "null" not in answer.text
    listed = program["messages"][0]
    assert listed["messageId"] == str(scene.amina.message_id)
    assert (await api.get(listed["messageURI"])).status == 200


async def test_a_conversation_is_also_there_in_its_general_form(api: Api, scene: Scene) -> None:
    answer = await api.get(f"{CONVERSATIONS}/{scene.celia.conversation_id}")

    shown = answer.json()
    assert shown["state"] == "disconnected"
    assert {each["purpose"] for each in shown["participants"]} == {"customer", "api"}
    division = str(scene.messaging.world.nordwind.divisions["North"])
    assert shown["divisions"][0]["division"]["id"] == division


async def test_messages_of_one_conversation_are_read_together(api: Api, scene: Scene) -> None:
    path = f"{MESSAGES}/{scene.amina.conversation_id}/messages/bulk"
    asked = [str(scene.amina.message_id), str(scene.bruno.message_id), str(uuid4())]

    found = (await api.post(path, asked)).json()["entities"]

    assert [each["id"] for each in found] == asked[:1]
    assert (await api.post(path)).json() == {"entities": []}
    assert (await api.post(path, ["nothing"])).status == 400
    assert (await api.post(path, [str(uuid4())] * 101)).status == 400


async def test_a_message_is_not_found_under_another_conversation(api: Api, scene: Scene) -> None:
    path = f"{MESSAGES}/{scene.bruno.conversation_id}/messages/{scene.amina.message_id}"

    assert (await api.get(path)).status == 404


async def test_the_exchange_log_shows_calls_and_webhooks_of_this_message_only(
    api: Api, scene: Scene
) -> None:
    answer = await api.get(f"{MESSAGES}/{scene.amina.message_id}/exchanges")

    webhook, call = answer.json()["entities"]
    assert webhook["direction"] == "in"
    assert "wamid.a" in webhook["request"]
    assert "stranger" not in webhook["request"]
    assert call["direction"] == "out"
    assert call["durationMs"] == 81
    assert call["status"] == 200
    assert "null" not in answer.text


async def test_a_division_sees_its_own_messages_only(api: Api, world: World, scene: Scene) -> None:
    nils = api.as_(world.nils)
    for ending in ("details", "exchanges"):
        assert (await nils.get(f"{MESSAGES}/{scene.amina.message_id}/{ending}")).status == 404
        assert (await nils.get(f"{MESSAGES}/{scene.celia.message_id}/{ending}")).status == 200
    for path in (CONVERSATIONS, MESSAGES):
        assert (await nils.get(f"{path}/{scene.amina.conversation_id}")).status == 404
        assert (await nils.get(f"{path}/{scene.celia.conversation_id}")).status == 200
    bulk = f"{MESSAGES}/{scene.amina.conversation_id}/messages/bulk"
    assert (await nils.post(bulk, [str(scene.amina.message_id)])).status == 404


async def test_another_organization_sees_nothing(api: Api, world: World, scene: Scene) -> None:
    olga = api.as_(world.olga)
    for path in (
        f"{CONVERSATIONS}/{scene.amina.conversation_id}",
        f"{MESSAGES}/{scene.amina.conversation_id}",
        f"{MESSAGES}/{scene.amina.message_id}/details",
        f"{MESSAGES}/{scene.amina.message_id}/exchanges",
        f"{MESSAGES}/{scene.amina.conversation_id}/messages/{scene.amina.message_id}",
    ):
        assert (await olga.get(path)).status == 404, path
        assert (await api.as_(world.mia).get(path)).status == 403, path


async def test_the_backend_reads_messages_but_not_the_log(
    api: Api, world: World, scene: Scene
) -> None:
    backend = api.as_(world.backend)

    assert (await backend.get(f"{MESSAGES}/{scene.amina.message_id}/details")).status == 200
    assert (await backend.get(f"{MESSAGES}/{scene.amina.message_id}/exchanges")).status == 403
