"""Which language a customer speaks: said by people, it counts before the number's country."""

from typing import Any
from uuid import UUID

from tests.api_client import Api
from tests.counter import Counter, Open, a_phone, text
from tests.sending import Sending
from tests.world import World
from tidings.domain.classification import Condition, Rule


def at(conversation_id: UUID) -> str:
    return f"/api/v2/conversations/messages/{conversation_id}/customer"


async def customer(api: Api, conversation_id: UUID) -> dict[str, Any]:
    found = await api.get(f"/api/v2/interactions/{conversation_id}")
    shown: dict[str, Any] = found.json()["customer"]
    return shown


async def in_queue(shop: Counter, conversation_id: UUID) -> UUID:
    waiting = await shop.desk.waiting(conversation_id)
    assert waiting is not None
    return waiting.queue_id


async def test_what_people_say_of_a_customers_language_decides_rules_and_words(
    counter: Open, api: Api, sending: Sending
) -> None:
    shop = await counter(text("greeting", "Hallo", "de"), text("greeting", "Bonjour", "fr"))
    french = await shop.desk.queue()
    rule = Rule(name="French", queue_id=french, when=(Condition("language", "is", ("fr",)),))
    await shop.let_decide([rule])
    phone = a_phone()
    conversation_id = await shop.write(phone, "Salut")
    assert await in_queue(shop, conversation_id) != french
    assert "language" not in await customer(api, conversation_id)
    assert (await customer(api, conversation_id))["likelyLanguage"] == "de"

    answer = await api.put(at(conversation_id), {"language": "fr"})
    await shop.close(conversation_id)
    await shop.write(phone, "Encore moi")

    assert (answer.status, answer.json()) == (200, {"language": "fr"})
    assert await in_queue(shop, conversation_id) == french
    assert await shop.said(phone) == ["Hallo", "Bonjour"]
    assert (await customer(api, conversation_id))["language"] == "fr"
    audits = await sending.rows(
        "SELECT before, after FROM audit WHERE entity_type = 'customer' ORDER BY id DESC LIMIT 1"
    )
    assert audits == [({"language": None}, {"language": "fr"})]


async def test_a_language_is_taken_back_and_the_guess_counts_again(counter: Open, api: Api) -> None:
    shop = await counter()
    conversation_id = await shop.write(a_phone(), "Hi")
    await api.put(at(conversation_id), {"language": "da"})

    answer = await api.put(at(conversation_id), {"language": None})

    assert (answer.status, answer.json()) == (200, {})
    assert "language" not in await customer(api, conversation_id)


async def test_what_is_no_language_and_who_is_not_ones_own_are_refused(
    counter: Open, api: Api, world: World
) -> None:
    shop = await counter()
    conversation_id = await shop.write(a_phone(), "Hi")

    wrong = await api.put(at(conversation_id), {"language": "Bavarian"})
    strange = await api.as_(world.olga).put(at(conversation_id), {"language": "de"})
    unable = await api.as_(world.mia).put(at(conversation_id), {"language": "de"})

    assert (wrong.status, wrong.json()["details"][0]["fieldName"]) == (400, "language")
    assert (strange.status, unable.status) == (404, 403)
