"""One notification is one message: conversations, usage, replays, cost (A8, A10, A11)."""

import asyncio
from datetime import timedelta
from typing import Any

import msgspec
import psycopg
import pytest

from tests.api_client import Api
from tests.sending import AGENTLESS, Line, Sending, notification, refusal
from tests.world import World
from tidings.actions.queued_messages import Queued
from tidings.actions.send_message import Answered, Result, send_messages
from tidings.api.application import Application
from tidings.domain.errors import Rejection
from tidings.domain.sending import Intent, ReplayKey
from tidings.domain.templates import TemplateValues
from tidings.store.database import Database
from tidings.store.ids import new_id

PREVIEW = f"{AGENTLESS}/preview"


@pytest.fixture(scope="module")
def backend(api: Api, world: World) -> Api:
    """The program that sends notifications and may do nothing else."""
    return api.as_(world.backend)


async def test_a_customer_who_talks_with_an_agent_is_not_messaged(
    backend: Api, sending: Sending, line: Line
) -> None:
    phone = await sending.invite()
    first = (await backend.post(AGENTLESS, notification(line, phone))).json()["conversationId"]
    await sending.rows("UPDATE conversation SET state = 'connected' WHERE id = %s", first)

    answer = await backend.post(
        AGENTLESS, notification(line, phone, useExistingActiveConversation=True)
    )

    assert refusal(answer) == (409, "conversation.connected")
    assert answer.json()["messageParams"]["conversationId"] == first


async def test_a_new_conversation_is_made_unless_the_existing_one_is_asked_for(
    backend: Api, sending: Sending, line: Line
) -> None:
    phone = await sending.invite()
    first = (await backend.post(AGENTLESS, notification(line, phone))).json()
    other = notification(line, phone, textParameters="another request")
    second = (await backend.post(AGENTLESS, other)).json()

    third = (
        await backend.post(AGENTLESS, notification(line, phone, useExistingActiveConversation=True))
    ).json()

    assert second["conversationId"] != first["conversationId"]
    assert third["conversationId"] == second["conversationId"]
    assert third["useExistingActiveConversation"] is True
    count = await sending.one(
        "SELECT message_count FROM conversation WHERE id = %s", second["conversationId"]
    )
    assert count == 2


async def test_messages_appended_in_one_moment_are_all_counted(
    backend: Api, sending: Sending, line: Line
) -> None:
    phone = await sending.invite()
    await backend.post(AGENTLESS, notification(line, phone))

    answers = await asyncio.gather(
        *(
            backend.post(
                AGENTLESS,
                notification(line, phone, useExistingActiveConversation=True, n=n),
            )
            for n in range(12)
        )
    )

    (conversation,) = {answer.json()["conversationId"] for answer in answers}
    count = await sending.one("SELECT message_count FROM conversation WHERE id = %s", conversation)
    assert (count, len(await sending.messages_to(phone))) == (13, 13)


async def test_usage_is_counted_once_for_each_conversation(
    api: Api, backend: Api, sending: Sending
) -> None:
    metered = await sending.connect()
    phone = await sending.invite("all")
    for body in (
        notification(metered, phone),
        notification(metered, phone, useExistingActiveConversation=True),
        notification(metered, phone, "offer"),
    ):
        assert (await backend.post(AGENTLESS, body)).status == 202

    answer = await api.get(
        "/api/v2/usage/messaging", params={"groupBy": "integration,category,country"}
    )

    shown = [
        e
        for e in answer.json()["entities"]
        if e["integration"]["id"] == str(metered.integration_id)
    ]
    assert [(e["category"], e["country"], e["conversations"], e["messages"]) for e in shown] == [
        ("marketing", "DE", 1, 1),
        ("utility", "DE", 1, 2),
    ]


async def test_an_idempotency_key_replays_the_first_answer(
    backend: Api, sending: Sending, line: Line
) -> None:
    phone = await sending.invite()
    headers = {"Idempotency-Key": "order-17"}

    first = await backend.post(AGENTLESS, notification(line, phone), headers=headers)
    again = await backend.post(AGENTLESS, notification(line, phone), headers=headers)

    assert (first.status, again.status) == (202, 202)
    assert again.text == first.text
    assert again.headers["Idempotency-Replayed"] == "true"
    assert len(await sending.messages_to(phone)) == 1


@pytest.mark.parametrize("keyed", [True, False])
async def test_twenty_equal_requests_at_once_send_one_message(
    backend: Api, sending: Sending, line: Line, keyed: bool
) -> None:
    phone = await sending.invite()
    headers = {"Idempotency-Key": f"burst-{phone}"} if keyed else {}

    answers = await asyncio.gather(
        *(backend.post(AGENTLESS, notification(line, phone), headers=headers) for _ in range(20))
    )

    assert {answer.status for answer in answers} == {202}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert len(await sending.messages_to(phone)) == 1


async def test_two_web_processes_that_get_one_request_send_one_message(
    application: Application, sending: Sending, line: Line
) -> None:
    """Equal requests at two doors at once: each decides in a transaction of its own."""
    phone = await sending.invite()
    other = Application(application.settings, sending.database.url)
    await other.database.open()
    try:
        for n in range(20):
            intent = keyed_intent(sending, line, phone, key=f"doors-{n}")
            await asyncio.gather(application.outgoing.send(intent), other.outgoing.send(intent))
    finally:
        await other.outgoing.drain()
        await other.database.close()

    assert len(await sending.messages_to(phone)) == 20


async def test_what_fails_for_one_organization_is_neither_lost_nor_doubled_for_another(
    application: Application, sending: Sending, line: Line
) -> None:
    """Whichever of the two comes first in their common batch."""
    for _ in range(12):
        phone = await sending.invite()
        good = keyed_intent(sending, line, phone, key=None)
        bad = msgspec.structs.replace(good, organization_id=new_id(), address="491511\x002345")

        results = await asyncio.gather(
            *map(application.outgoing.send, (good, bad)), return_exceptions=True
        )

        assert isinstance(results[0], Queued), results
        assert isinstance(results[1], psycopg.DataError), results
        assert len(await sending.messages_to(phone)) == 1


def keyed_intent(
    sending: Sending, line: Line, phone: str, *, key: str | None, name: str = "order_update"
) -> Intent:
    """A wish to send a template, to be answered once under its key."""
    return Intent(
        organization_id=line.organization.id,
        sender_kind="client",
        sender_id=sending.world.backend.id,
        integration_id=line.integration_id,
        address=phone,
        response_id=line.responses[name],
        values=TemplateValues(body={"1": "Amina", "2": "A-17"}),
        replay=ReplayKey(key, name.encode(), timedelta(hours=1)) if key else None,
    )


async def test_a_key_belongs_to_one_request(backend: Api, sending: Sending, line: Line) -> None:
    phone = await sending.invite("all")
    headers = {"Idempotency-Key": f"mine-{phone}"}
    await backend.post(AGENTLESS, notification(line, phone), headers=headers)

    answer = await backend.post(AGENTLESS, notification(line, phone, "offer"), headers=headers)

    assert refusal(answer) == (422, "idempotency.key.reused")
    assert len(await sending.messages_to(phone)) == 1


async def test_of_two_requests_with_one_key_at_once_one_is_sent_and_one_refused(
    backend: Api, sending: Sending, line: Line
) -> None:
    for _ in range(5):
        phone = await sending.invite("all")
        headers = {"Idempotency-Key": f"shared-{phone}"}

        answers = await asyncio.gather(
            backend.post(AGENTLESS, notification(line, phone), headers=headers),
            backend.post(AGENTLESS, notification(line, phone, "offer"), headers=headers),
        )

        assert sorted(answer.status for answer in answers) == [202, 422]
        assert len(await sending.messages_to(phone)) == 1


async def test_a_refused_request_takes_no_key_from_another_of_the_same_moment(
    application: Application, sending: Sending, line: Line
) -> None:
    """All four are decided in one batch, in this order."""
    phone = await sending.invite()
    paused = keyed_intent(sending, line, phone, key=f"refused-{phone}", name="paused")
    good = keyed_intent(sending, line, phone, key=f"refused-{phone}")
    reused = ReplayKey(f"refused-{phone}", b"another request", timedelta(hours=1))
    late = msgspec.structs.replace(good, replay=reused)

    results = await send_together(application, paused, good, paused, late)

    assert [type(each) for each in results] == [Rejection, Queued, Rejection, Rejection]
    assert [each.code for each in results if isinstance(each, Rejection)] == [
        "template.paused",
        "template.paused",
        "idempotency.key.reused",
    ]
    assert len(await sending.messages_to(phone)) == 1


async def test_a_replay_is_answered_beside_another_request_with_its_key(
    application: Application, sending: Sending, line: Line
) -> None:
    phone = await sending.invite("all")
    first = keyed_intent(sending, line, phone, key=f"beside-{phone}")
    other = keyed_intent(sending, line, phone, key=f"beside-{phone}", name="offer")
    await send_together(application, first)

    results = await send_together(application, other, first)

    assert [type(each) for each in results] == [Rejection, Answered]
    assert len(await sending.messages_to(phone)) == 1


async def send_together(application: Application, *intents: Intent) -> list[Result]:
    """Decide requests as one batch of a web process."""
    outgoing = application.outgoing
    async with outgoing.database.transaction(intents[0].organization_id) as connection:
        return await send_messages(connection, outgoing.catalogue, intents, render=lambda _: b"{}")


async def test_an_expired_key_is_new(backend: Api, sending: Sending, line: Line) -> None:
    phone = await sending.invite()
    headers = {"Idempotency-Key": f"old-{phone}"}
    first = await backend.post(AGENTLESS, notification(line, phone), headers=headers)
    await sending.rows(
        "UPDATE idempotency SET expires_at = now() - interval '1 second' WHERE key = %s",
        f"key:old-{phone}",
    )

    second = await backend.post(AGENTLESS, notification(line, phone), headers=headers)

    assert second.json()["id"] != first.json()["id"]
    assert "Idempotency-Replayed" not in second.headers


async def test_a_key_is_its_clients_own(
    api: Api, backend: Api, sending: Sending, line: Line
) -> None:
    phone = await sending.invite()
    headers = {"Idempotency-Key": f"same-{phone}"}

    first = await backend.post(AGENTLESS, notification(line, phone), headers=headers)
    second = await api.post(AGENTLESS, notification(line, phone), headers=headers)

    assert second.json()["id"] != first.json()["id"]


@pytest.mark.parametrize("key", ["", "k" * 256])
async def test_a_key_has_a_length(backend: Api, line: Line, key: str) -> None:
    headers = {"Idempotency-Key": key}

    answer = await backend.post(AGENTLESS, notification(line, "491511234567"), headers=headers)

    assert answer.status == 400, answer


async def test_without_a_key_the_same_request_within_seconds_is_a_replay(
    backend: Api, sending: Sending, line: Line
) -> None:
    phone = await sending.invite()

    first = await backend.post(AGENTLESS, notification(line, phone))
    again = await backend.post(AGENTLESS, notification(line, phone))
    await sending.rows(
        "UPDATE idempotency SET expires_at = now() WHERE key LIKE 'same:%%' AND answer LIKE %s",
        f"%{first.json()['id']}%".encode(),
    )
    later = await backend.post(AGENTLESS, notification(line, phone))

    assert again.json()["id"] == first.json()["id"]
    assert later.json()["id"] != first.json()["id"]


async def test_a_refused_request_is_repeated_with_its_key_once_the_cause_is_mended(
    backend: Api, sending: Sending, line: Line
) -> None:
    phone = "4915119990009"
    headers = {"Idempotency-Key": "mended"}
    refused = await backend.post(AGENTLESS, notification(line, phone), headers=headers)
    await sending.invite(to=phone)

    answer = await backend.post(AGENTLESS, notification(line, phone), headers=headers)

    assert refused.status == 409
    assert answer.status == 202, answer


class Counted:
    """The statements that a connection executes, counted."""

    def __init__(self, connection: Any) -> None:
        self.count = 0
        self._cursor_factory = connection.cursor_factory

        class Counting(connection.cursor_factory):  # type: ignore[misc]
            async def execute(cursor, *given: Any, **options: Any) -> Any:  # noqa: N805
                self.count += 1
                return await super().execute(*given, **options)

        connection.cursor_factory = Counting
        self._connection = connection

    def end(self) -> int:
        self._connection.cursor_factory = self._cursor_factory
        return self.count


async def test_fifty_messages_cost_as_many_statements_as_two(
    application: Application, database: Database, sending: Sending, line: Line
) -> None:
    phones = [await sending.invite() for _ in range(52)]

    async def cost(chosen: list[str]) -> int:
        intents = [keyed_intent(sending, line, phone, key=phone) for phone in chosen]
        async with database.transaction(line.organization.id) as connection:
            counted = Counted(connection)
            try:
                done = await send_messages(
                    connection, application.outgoing.catalogue, intents, render=lambda _: b"{}"
                )
            finally:
                cost = counted.end()
        assert len(done) == len(chosen)
        return cost

    two, fifty = await cost(phones[:2]), await cost(phones[2:])

    assert fifty <= two
    assert two <= 10
