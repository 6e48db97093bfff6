"""What workstreams say by themselves: once each, in the customer's words, and surveys after it."""

import asyncio
import itertools
import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from tests.api_client import Answer, Api
from tests.routing import Desk
from tests.sending import HOOK, Line, Sending, entry, inbound, sign, webhook
from tests.world import Actor, World
from tidings.actions.automated_messages import send_due
from tidings.actions.automated_planning import plan_automated
from tidings.actions.catalogue import Catalogue
from tidings.actions.offers import accept_offer
from tidings.actions.queueing import close_conversations
from tidings.engine.automated_messages import AutomatedMessages
from tidings.store.automated_messages import Planned
from tidings.store.ids import new_id
from tidings.store.query import execute
from tidings.store.unsaid_messages import delete_old_unsaid

_count = itertools.count(1)
IMAGE = {"type": "image", "image": {"id": "77", "mime_type": "image/jpeg", "sha256": "eA=="}}


def text(trigger: str, words: str, language: str = "en", after: int = 0) -> dict[str, Any]:
    return {"trigger": trigger, "language": language, "text": words, "afterSeconds": after}


class Counter:
    """A number with a workstream of its own, its customers, and the worker that speaks for it."""

    def __init__(self, api: Api, sending: Sending, line: Line) -> None:
        self._api = api
        self._sending = sending
        self._line = line
        self._automated = AutomatedMessages(sending.database)
        self.desk = Desk(sending.database, sending.world)

    async def write(self, phone: str, *texts: str, **changes: Any) -> UUID:
        """A customer writes, and the workstream answers; gives the conversation."""
        values = [
            inbound(each, sender=phone, wamid=f"wamid.auto-{next(_count)}", **changes)
            for each in texts
        ]
        body = webhook(entry(self._line, *values))
        headers = sign(self._line.app_secret, body)
        assert (await self._api.as_(None).post(HOOK, content=body, headers=headers)).status == 200
        await self._sending.apply_webhooks()
        await self.speak()
        found = await self._sending.one(
            "SELECT conversation_id FROM message WHERE from_address = %s ORDER BY id DESC", phone
        )
        assert isinstance(found, UUID)
        return found

    async def speak(self) -> None:
        """Say everything that is due."""
        while await self._automated.look():
            pass

    async def later(self, *, seconds: int) -> None:
        """Time goes by: plans, waiting and surveys are so much older."""
        async with self.desk.database.transaction() as connection:
            for table, column in (("automated_message", "due_at"), ("survey_answer", "expires_at")):
                await connection.execute(
                    f"UPDATE {table} SET {column} = {column} - %s * interval '1 second'", (seconds,)
                )

    async def said(self, phone: str) -> list[str]:
        """What a customer was told, in order."""
        rows = await self._sending.rows(
            "SELECT body FROM message WHERE to_address = %s ORDER BY id", phone
        )
        return [row[0] for row in rows]

    async def accepted(self, conversation_id: UUID, agent: Actor) -> UUID:
        """An agent is offered the conversation and accepts it."""
        (offered,) = await self.desk.offer((conversation_id, agent))
        async with self.desk.database.transaction(self.desk.organization_id) as connection:
            await accept_offer(connection, agent.caller, conversation_id, offered.participant_id)
        await self.speak()
        return offered.participant_id

    async def close(self, conversation_id: UUID, *, reason: str = "agent") -> None:
        """The conversation is over."""
        async with self.desk.database.transaction() as connection:
            await close_conversations(
                connection,
                self.desk.organization_id,
                [conversation_id],
                reason=reason,
                disconnect_type="client",
            )
        await self.speak()

    async def survey(self, conversation_id: UUID) -> tuple[str, int | None, str | None]:
        """What became of the latest survey of a conversation."""
        rows = await self._sending.rows(
            "SELECT state, rating, comment FROM survey_answer WHERE conversation_id = %s"
            " ORDER BY id DESC",
            conversation_id,
        )
        return rows[0][0], rows[0][1], rows[0][2]


Open = Callable[..., Awaitable[Counter]]


@pytest.fixture
def counter(api: Api, sending: Sending) -> Open:
    """Open a counter: a number whose workstream says these, with a survey if one is given."""

    async def counter(
        *messages: dict[str, Any], survey: dict[str, Any] | None = None, **settings: Any
    ) -> Counter:
        line = await sending.connect()
        found = Counter(api, sending, line)
        settings |= {"messages": json.dumps(messages)}
        settings |= {} if survey is None else {"survey": json.dumps(survey)}
        queue_id = await found.desk.queue(name=f"Counter {next(_count)}")
        await found.desk.stream(line, queue_id, **settings)
        return found

    return counter


def a_phone() -> str:
    return f"4915188{next(_count):06d}"


async def speaks(counter: Counter, phone: str, language: str) -> None:
    async with counter.desk.database.transaction() as connection:
        await connection.execute(
            "UPDATE customer u SET language = %s FROM customer_address a"
            " WHERE a.value = %s AND u.id = a.customer_id",
            (language, phone),
        )


async def test_who_begins_to_wait_is_greeted_once(counter: Open) -> None:
    shop = await counter(text("greeting", "Hello {{customer}}, you are number {{position}}."))
    phone = a_phone()

    conversation_id = await shop.write(phone, "Hi", "Is anybody there?")
    assert await shop.write(phone, "Hello?") == conversation_id

    assert await shop.said(phone) == ["Hello Amina, you are number 1."]
    assert await shop.desk.state(conversation_id) == ("open", None)


async def test_words_are_of_the_customers_language_else_of_the_workstreams(counter: Open) -> None:
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
    await speaks(shop, german, "en_GB")
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


async def close_window(sending: Sending) -> None:
    async with sending.database.transaction() as connection:
        await connection.execute(
            "UPDATE service_window SET last_inbound_at = now() - interval '25 hours'"
        )


async def unsaid(api: Api, conversation_id: UUID) -> list[dict[str, Any]]:
    """What people read of it in the conversation."""
    found = await api.get(f"/api/v2/interactions/{conversation_id}")
    rows: list[dict[str, Any]] = found.json().get("unsaid", [])
    return rows


async def retry(api: Api, row: dict[str, Any]) -> Answer:
    path = f"/api/v2/conversations/messages/{row['conversationId']}/unsaid/{row['id']}"
    return await api.post(path)


async def test_what_the_closed_window_forbids_is_kept_and_can_be_said_when_it_opens(
    counter: Open, sending: Sending, api: Api
) -> None:
    shop = await counter(text("waiting", "A day, {{customer}}.", after=3600))
    phone = a_phone()
    conversation_id = await shop.write(phone, "Hi")
    await close_window(sending)
    await shop.later(seconds=3601)
    await shop.speak()
    await shop.speak()

    assert await shop.said(phone) == []
    assert await sending.one("SELECT count(*) FROM automated_message") == 0
    (kept,) = await unsaid(api, conversation_id)
    assert (kept["trigger"], kept["text"]) == ("waiting", "A day, Amina.")
    assert (kept["errorCode"], kept["canRetry"]) == ("window.closed", False)
    assert (await retry(api, kept)).status == 409

    await shop.write(phone, "Still there?")
    (kept,) = await unsaid(api, conversation_id)
    assert kept["canRetry"]
    said = await retry(api, kept)
    assert said.status == 200
    assert (await retry(api, kept)).status == 404
    await shop.speak()

    assert await shop.said(phone) == ["A day, Amina."]
    assert await unsaid(api, conversation_id) == []


async def test_what_no_longer_fits_is_not_said_after_all(
    counter: Open, sending: Sending, api: Api
) -> None:
    shop = await counter(text("waiting", "A day.", after=3600))
    phone = a_phone()
    conversation_id = await shop.write(phone, "Hi")
    await close_window(sending)
    await shop.later(seconds=3601)
    await shop.speak()
    await shop.write(phone, "Hello?")
    await shop.accepted(conversation_id, await shop.desk.agent())

    (kept,) = await unsaid(api, conversation_id)
    answer = await retry(api, kept)

    assert not kept["canRetry"]
    assert (answer.status, answer.json()["code"]) == (409, "automated.over")
    assert await shop.said(phone) == []
    assert len(await unsaid(api, conversation_id)) == 1


async def test_a_workstream_tells_what_it_did_not_say_and_why(
    counter: Open, sending: Sending, api: Api, world: World
) -> None:
    shop = await counter(text("greeting", "{{agent}}"), text("waiting", "Soon.", after=60))
    first, second = a_phone(), a_phone()
    conversation_id = await shop.write(first, "Hi")
    await shop.write(second, "Hi")
    await close_window(sending)
    await shop.later(seconds=61)
    await shop.speak()
    workstream_id = await sending.one(
        "SELECT workstream_id FROM conversation WHERE id = %s", conversation_id
    )

    path = f"/api/v2/routing/workstreams/{workstream_id}/unsaid"
    found = (await api.get(path)).json()

    reasons = {each["errorCode"]: each["count"] for each in found["reasons"]}
    assert reasons == {"automated.empty": 2, "window.closed": 2}
    assert (found["total"], len(found["entities"])) == (4, 4)
    assert {each["address"] for each in found["entities"]} == {first, second}
    assert (await api.as_(world.olga).get(path)).status == 404
    (kept, _) = await unsaid(api, conversation_id)
    assert (
        await api.as_(world.olga).post(
            f"/api/v2/conversations/messages/{conversation_id}/unsaid/{kept['id']}"
        )
    ).status == 404


async def test_a_worker_that_dies_keeps_one_refusal_not_two(
    counter: Open, sending: Sending, api: Api
) -> None:
    shop = await counter(text("waiting", "Soon.", after=60))
    conversation_id = await shop.write(a_phone(), "Hi")
    await close_window(sending)
    await shop.later(seconds=61)
    organization_id = shop.desk.organization_id

    async def die() -> None:
        async with sending.database.transaction(organization_id) as connection:
            assert await send_due(connection, Catalogue(), organization_id, limit=10) == 1
            raise ConnectionAbortedError

    with pytest.raises(ConnectionAbortedError):
        await die()
    assert await unsaid(api, conversation_id) == []
    await shop.speak()

    assert len(await unsaid(api, conversation_id)) == 1


async def test_old_refusals_are_forgotten(counter: Open, sending: Sending, api: Api) -> None:
    shop = await counter(text("greeting", "{{agent}}"))
    conversation_id = await shop.write(a_phone(), "Hi")
    assert len(await unsaid(api, conversation_id)) == 1

    async with sending.database.transaction() as connection:
        await execute(connection, delete_old_unsaid(datetime.now(UTC), 100))

    assert await unsaid(api, conversation_id) == []


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


async def test_what_cannot_be_made_is_put_aside_and_holds_nobody_up(
    counter: Open, sending: Sending, api: Api
) -> None:
    shop = await counter(text("waiting", "Soon.", after=60))
    phone = a_phone()
    conversation_id = await shop.write(phone, "Hi")
    async with sending.database.transaction() as connection:
        await connection.execute(
            "INSERT INTO automated_message VALUES (%s, %s, 'unheard of', %s, 0, now())",
            (shop.desk.organization_id, conversation_id, new_id()),
        )
    await shop.later(seconds=61)

    await shop.speak()

    assert await shop.said(phone) == ["Soon."]
    assert await sending.one("SELECT count(*) FROM automated_message") == 0
    (kept,) = await unsaid(api, conversation_id)
    assert kept["errorCode"] == "automated.broken"


async def test_people_read_what_was_said_by_itself(counter: Open, api: Api) -> None:
    shop = await counter(text("greeting", "Welcome."), survey=ASKED)
    conversation_id = await asked(shop, a_phone())

    thread = await api.get(f"/api/v2/interactions/{conversation_id}")
    whole = await api.get(f"/api/v2/conversations/{conversation_id}")

    said = [each for each in thread.json()["messages"] if each["direction"] == "outbound"]
    question = "Wie zufrieden waren Sie"
    assert [each["text"][: len(question)] for each in said] == ["Welcome.", question]
    assert "workflow" in [each["purpose"] for each in whole.json()["participants"]]
