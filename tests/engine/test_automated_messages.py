"""What workstreams say by themselves: once each, in the customer's words, and surveys after it."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from tests.api_client import Api
from tests.counter import Counter, Open, a_phone, text
from tests.sending import Sending
from tidings.actions.automated_messages import send_due
from tidings.actions.automated_planning import plan_automated
from tidings.actions.catalogue import Catalogue
from tidings.engine.automated_messages import AutomatedMessages
from tidings.store.automated_messages import Planned
from tidings.store.ids import new_id

IMAGE = {"type": "image", "image": {"id": "77", "mime_type": "image/jpeg", "sha256": "eA=="}}


async def test_who_begins_to_wait_is_greeted_once(counter: Open) -> None:
    shop = await counter(text("greeting", "Hello {{customer}}, you are number {{position}}."))
    phone = a_phone()

    conversation_id = await shop.write(phone, "Hi", "Is anybody there?")
    assert await shop.write(phone, "Hello?") == conversation_id

    assert await shop.said(phone) == ["Hello Amina, you are number 1."]
    assert await shop.desk.state(conversation_id) == ("open", None)


async def test_words_are_of_the_customers_language_else_of_the_workstreams(
    counter: Open, api: Api
) -> None:
    shop = await counter(
        text("greeting", "Hello"),
        text("greeting", "Hallo", "de"),
        text("greeting", "Hej", "da"),
        text("closed", "Farvel", "da"),
        language="da",
    )
    german, swiss = a_phone(), f"41{a_phone()[2:]}"
    first = await shop.write(german, "Guten Tag")
    await shop.write(swiss, "Grüezi")
    await shop.close(first)
    path = f"/api/v2/conversations/messages/{first}/customer"
    assert (await api.put(path, {"language": "en-GB"})).json() == {"language": "en_GB"}
    await shop.write(german, "Good morning")

    assert await shop.said(swiss) == ["Hej"]
    assert await shop.said(german) == ["Hallo", "Farvel", "Hello"]


async def test_out_of_hours_says_so_instead_of_greeting(counter: Open, sending: Sending) -> None:
    hours_id = new_id()
    async with sending.database.transaction() as connection:
        tomorrow = (datetime.now(UTC) + timedelta(days=1)).strftime("%A").lower()
        week = [{"day": tomorrow, "from": "10:00", "to": "10:01"}]
        await connection.execute(
            "INSERT INTO operating_hours (organization_id, id, name, week)"
            " VALUES (%s, %s, 'Rarely', %s)",
            (sending.world.nordwind.id, hours_id, json.dumps(week)),
        )
    shop = await counter(
        text("greeting", "Hello"),
        text("waiting", "Still here?", after=5),
        text("out_of_hours", "We are closed."),
        hours_id=hours_id,
    )
    phone = a_phone()

    await shop.write(phone, "Hi")
    await shop.later(seconds=60)
    await shop.speak()

    assert await shop.said(phone) == ["We are closed."]


async def test_who_waits_is_told_each_time_while_they_wait(counter: Open) -> None:
    shop = await counter(
        text("waiting", "A minute.", after=60), text("waiting", "Five minutes.", after=300)
    )
    waiting, answered = a_phone(), a_phone()
    await shop.write(waiting, "Hi")
    conversation_id = await shop.write(answered, "Hi")
    assert await shop.said(waiting) == []
    await shop.later(seconds=61)
    await shop.speak()

    await shop.accepted(conversation_id, await shop.desk.agent())
    await shop.later(seconds=300)
    await shop.speak()

    assert await shop.said(waiting) == ["A minute.", "Five minutes."]
    assert await shop.said(answered) == ["A minute."]


async def test_an_agent_is_announced_and_the_end_is_told(counter: Open) -> None:
    shop = await counter(
        text("agent_joined", "You talk with {{agent}}."),
        text("closed", "Goodbye."),
        text("overflow", "Nobody was free."),
    )
    phone, unlucky = a_phone(), a_phone()

    conversation_id = await shop.write(phone, "Hi")
    await shop.accepted(conversation_id, await shop.desk.agent(name="Freja"))
    await shop.close(conversation_id)
    await shop.close(await shop.write(unlucky, "Hi"), reason="overflow")

    assert await shop.said(phone) == ["You talk with Freja.", "Goodbye."]
    assert await shop.said(unlucky) == ["Nobody was free."]
    assert await shop.desk.state(conversation_id) == ("disconnected", None)


async def test_what_nobody_can_use_is_told(counter: Open) -> None:
    shop = await counter(
        text("attachment_refused", "No files, please."),
        text("unsupported", "We cannot read that."),
        customer_attachments=False,
    )
    phone = a_phone()

    await shop.write(phone, "", **IMAGE)
    await shop.write(phone, "", type="unsupported", errors=[{"code": 131051, "title": "x"}])

    assert await shop.said(phone) == ["No files, please.", "We cannot read that."]


async def test_a_number_without_words_plans_nothing(counter: Open, sending: Sending) -> None:
    shop = await counter()

    conversation_id = await shop.write(a_phone(), "Hi")
    await shop.close(conversation_id)

    assert await sending.one("SELECT count(*) FROM automated_message") == 0


async def test_the_same_occasion_is_told_once_even_when_planned_again(
    counter: Open, sending: Sending
) -> None:
    shop = await counter(text("greeting", "Hello"))
    phone = a_phone()
    conversation_id = await shop.write(phone, "Hi")
    waiting = await shop.desk.waiting(conversation_id)
    assert waiting is not None

    async with sending.database.transaction() as connection:
        again = Planned(conversation_id, "greeting", waiting.participant_id)
        await plan_automated(connection, shop.desk.organization_id, [again, again])
    await shop.speak()

    assert await shop.said(phone) == ["Hello"]


async def test_two_workers_say_everything_once(counter: Open, sending: Sending) -> None:
    shop = await counter(text("waiting", "Soon.", after=60))
    phones = [a_phone() for _ in range(30)]
    for phone in phones:
        await shop.write(phone, "Hi")
    await shop.later(seconds=61)

    workers = [AutomatedMessages(sending.database) for _ in range(4)]
    await asyncio.gather(*(each.look() for each in workers))
    await shop.speak()

    assert [await shop.said(phone) for phone in phones] == [["Soon."]] * 30


ASKED = {"enabled": True, "expiryHours": 2, "askComment": True, "texts": []}


async def asked(shop: Counter, phone: str) -> UUID:
    """A conversation with an agent that is over, and of which the customer is asked."""
    conversation_id = await shop.write(phone, "Hi")
    await shop.accepted(conversation_id, await shop.desk.agent())
    await shop.close(conversation_id)
    return conversation_id


async def test_a_survey_is_answered_without_opening_the_conversation(
    counter: Open, sending: Sending
) -> None:
    shop = await counter(text("closed", "Goodbye."), survey=ASKED)
    phone = a_phone()
    conversation_id = await asked(shop, phone)
    kinds = await sending.rows("SELECT kind FROM message WHERE to_address = %s ORDER BY id", phone)
    assert [row[0] for row in kinds] == ["text", "interactive"]

    assert await shop.write(phone, "4") == conversation_id
    assert await shop.survey(conversation_id) == ("rated", 4, None)
    assert await shop.write(phone, "Quick and kind.") == conversation_id

    assert await shop.survey(conversation_id) == ("done", 4, "Quick and kind.")
    assert await shop.desk.state(conversation_id) == ("disconnected", None)
    assert await shop.desk.waiting(conversation_id) is None
    last = (await shop.said(phone))[-2:]
    assert last == ["Danke. Möchten Sie uns sagen, warum?", "Danke für Ihre Antwort."]


async def test_the_list_of_stars_and_stars_themselves_are_ratings(
    counter: Open, sending: Sending
) -> None:
    shop = await counter(survey={**ASKED, "askComment": False})
    starring, choosing = a_phone(), a_phone()
    first, second = await asked(shop, starring), await asked(shop, choosing)
    survey_id = await sending.one("SELECT id FROM survey_answer WHERE conversation_id = %s", second)
    reply = {"id": f"survey:{survey_id}:5", "title": "⭐⭐⭐⭐⭐"}

    await shop.write(starring, "⭐⭐")
    chosen = {"type": "list_reply", "list_reply": reply}
    await shop.write(choosing, "", type="interactive", interactive=chosen)

    assert await shop.survey(first) == ("done", 2, None)
    assert await shop.survey(second) == ("done", 5, None)


async def test_anything_else_opens_the_conversation_and_ends_the_survey(counter: Open) -> None:
    shop = await counter(survey=ASKED)
    phone = a_phone()
    conversation_id = await asked(shop, phone)

    await shop.write(phone, "I have 3 more questions.")

    assert await shop.survey(conversation_id) == ("expired", None, None)
    assert await shop.desk.waiting(conversation_id) is not None
    await shop.write(phone, "5")
    assert await shop.survey(conversation_id) == ("expired", None, None)


async def test_rating_and_comment_of_one_batch_are_both_taken(counter: Open) -> None:
    shop = await counter(survey=ASKED)
    phone = a_phone()
    conversation_id = await asked(shop, phone)

    await shop.write(phone, "1", "Nobody helped.", "And my parcel?")

    assert await shop.survey(conversation_id) == ("done", 1, "Nobody helped.")
    waiting = await shop.desk.waiting(conversation_id)
    assert waiting is not None


async def test_an_unanswered_survey_expires_and_then_a_number_is_a_message(counter: Open) -> None:
    shop = await counter(survey=ASKED)
    phone, rated = a_phone(), a_phone()
    conversation_id, other = await asked(shop, phone), await asked(shop, rated)
    await shop.write(rated, "3")

    await shop.later(seconds=2 * 3600 + 1)
    await shop.speak()

    assert await shop.survey(conversation_id) == ("expired", None, None)
    assert await shop.survey(other) == ("done", 3, None)
    await shop.write(phone, "4")
    assert await shop.desk.waiting(conversation_id) is not None


async def test_who_had_no_agent_is_not_asked(counter: Open, sending: Sending) -> None:
    shop = await counter(survey=ASKED)
    phone = a_phone()

    await shop.close(await shop.write(phone, "Hi"))

    assert await shop.said(phone) == []


async def test_a_worker_that_dies_in_the_middle_leaves_it_to_another(
    counter: Open, sending: Sending
) -> None:
    shop = await counter(text("waiting", "Soon.", after=60))
    phone = a_phone()
    await shop.write(phone, "Hi")
    await shop.later(seconds=61)
    organization_id = shop.desk.organization_id

    async def die() -> None:
        async with sending.database.transaction(organization_id) as connection:
            assert await send_due(connection, Catalogue(), organization_id, limit=10) == 1
            raise ConnectionAbortedError

    with pytest.raises(ConnectionAbortedError):
        await die()
    assert await shop.said(phone) == []
    await shop.speak()
    await shop.speak()

    assert await shop.said(phone) == ["Soon."]


async def test_a_question_that_may_not_be_sent_begins_no_survey(
    counter: Open, sending: Sending
) -> None:
    shop = await counter(survey=ASKED)
    phone = a_phone()
    conversation_id = await shop.write(phone, "Hi")
    await shop.accepted(conversation_id, await shop.desk.agent())
    async with sending.database.transaction() as connection:
        await connection.execute(
            "UPDATE service_window SET last_inbound_at = now() - interval '25 hours'"
        )

    await shop.close(conversation_id)

    found = "SELECT count(*) FROM survey_answer WHERE conversation_id = %s"
    assert await sending.one(found, conversation_id) == 0


async def test_people_read_what_was_said_by_itself(counter: Open, api: Api) -> None:
    shop = await counter(text("greeting", "Welcome."), survey=ASKED)
    conversation_id = await asked(shop, a_phone())

    thread = await api.get(f"/api/v2/interactions/{conversation_id}")
    whole = await api.get(f"/api/v2/conversations/{conversation_id}")

    said = [each for each in thread.json()["messages"] if each["direction"] == "outbound"]
    question = "Wie zufrieden waren Sie"
    assert [each["text"][: len(question)] for each in said] == ["Welcome.", question]
    assert "workflow" in [each["purpose"] for each in whole.json()["participants"]]
