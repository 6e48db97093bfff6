"""What workstreams cannot say by themselves: kept with the reason, shown, and said after all."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from tests.api_client import Answer, Api
from tests.counter import Open, a_phone, text
from tests.sending import Sending
from tests.world import World
from tidings.actions.automated_messages import send_due
from tidings.actions.catalogue import Catalogue
from tidings.store.ids import new_id
from tidings.store.query import execute
from tidings.store.unsaid_messages import delete_old_unsaid


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
