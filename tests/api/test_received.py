"""What received webhooks do: messages, statuses, templates, accounts, and whose they are."""

import asyncio
import json
import time
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.api_client import Answer, Api
from tests.providers.samples import sample, webhook_names
from tests.sending import (
    AGENTLESS,
    HOOK,
    Line,
    Sending,
    entry,
    inbound,
    notification,
    provider_template_id,
    sign,
    status,
    webhook,
)
from tests.statements import counted
from tests.world import World

INTEGRATIONS = "/api/v2/conversations/messaging/integrations/whatsapp"
QUARANTINE = "/api/v2/system/quarantine"
MESSAGES = [name for name in webhook_names() if name.startswith("message_")]


@pytest.fixture(scope="module")
def meta(api: Api) -> Api:
    """Whoever posts webhooks: nobody that we know by a token."""
    return api.as_(None)


async def post(meta: Api, secret: str, body: bytes) -> Answer:
    return await meta.post(HOOK, content=body, headers=sign(secret, body))


async def deliver(meta: Api, sending: Sending, line: Line, *entries: dict[str, Any]) -> None:
    """A webhook of the line's app comes in and is applied."""
    answer = await post(meta, line.app_secret, webhook(*entries))
    assert (answer.status, answer.text) == (200, "ok")
    await sending.apply_webhooks()


def adapted(name: str, line: Line) -> bytes:
    """A sample, about this line."""
    body = sample(name)
    for each in body["entry"]:
        each["id"] = line.account_id
        for change in each.get("changes", ()):
            value = change.get("value")
            if not isinstance(value, dict):
                continue
            if "metadata" in value:
                value["metadata"]["phone_number_id"] = line.number_id
            if "message_template_id" in value:
                value["message_template_id"] = int(provider_template_id(line.account_id, 0))
                value["message_template_name"] = "order_update"
                value["message_template_language"] = "en_US"
            if "display_phone_number" in value:
                value["display_phone_number"] = line.phone_number
    return json.dumps(body).encode()


async def queue(api: Api, sending: Sending, line: Line) -> tuple[UUID, str]:
    """A queued message and its customer."""
    phone = await sending.invite()
    answer = await api.post(AGENTLESS, notification(line, phone))
    assert answer.status == 202, answer
    return UUID(answer.json()["id"]), phone


@pytest.mark.parametrize("name", MESSAGES)
async def test_a_message_of_each_type_that_comes_twice_is_written_once(
    meta: Api, sending: Sending, name: str
) -> None:
    line = await sending.connect()
    body = adapted(name, line)
    brought = sum(
        len(change["value"]["messages"])
        for each in json.loads(body)["entry"]
        for change in each["changes"]
    )

    for _ in range(2):
        assert (await post(meta, line.app_secret, body)).status == 200
        await sending.apply_webhooks()
    await asyncio.gather(*(post(meta, line.app_secret, body) for _ in range(3)))
    await sending.apply_webhooks()

    stored = await sending.rows(
        "SELECT m.direction, m.status, c.message_count FROM message m"
        " JOIN conversation c ON c.id = m.conversation_id WHERE m.integration_id = %s",
        line.integration_id,
    )
    assert stored == [("inbound", "received", brought)] * brought
    assert await sending.one("SELECT count(*) FROM inbox_queue") == 0


@pytest.mark.parametrize("name", [n for n in webhook_names() if n not in MESSAGES])
async def test_every_other_webhook_is_applied_without_a_fault(
    meta: Api, sending: Sending, name: str
) -> None:
    line = await sending.connect()
    before = await sending.one("SELECT count(*) FROM quarantine WHERE reason LIKE 'could not%%'")

    await post(meta, line.app_secret, adapted(name, line))
    await sending.apply_webhooks()

    after = await sending.one("SELECT count(*) FROM quarantine WHERE reason LIKE 'could not%%'")
    assert after == before
    assert await sending.one("SELECT count(*) FROM inbox_queue") == 0


async def test_a_customers_message_opens_the_window(
    api: Api, meta: Api, sending: Sending, line: Line
) -> None:
    phone = await sending.invite()
    text = notification(line, phone, messagingTemplate=None, textBody="Hello")
    assert (await api.post(AGENTLESS, text)).json()["code"] == "window.closed"

    await deliver(meta, sending, line, entry(line, inbound("Hi", sender=phone, wamid="wamid.w1")))

    assert (await api.post(AGENTLESS, text)).status == 202


async def test_a_message_that_comes_late_opens_no_window(
    api: Api, meta: Api, sending: Sending, line: Line
) -> None:
    phone = await sending.invite()
    value = inbound("Hi", sender=phone, wamid="wamid.w2", timestamp=str(int(time.time()) - 90_000))

    await deliver(meta, sending, line, entry(line, value))

    text = notification(line, phone, messagingTemplate=None, textBody="Hello")
    assert (await api.post(AGENTLESS, text)).json()["code"] == "window.closed"


async def conversations_of(sending: Sending, phone: str) -> list[tuple[Any, ...]]:
    return await sending.rows(
        "SELECT c.id, c.state, c.message_count FROM conversation c JOIN customer_address a"
        " USING (organization_id, customer_id) WHERE a.value = %s ORDER BY c.id",
        phone,
    )


async def test_a_message_continues_a_conversation_that_is_young_enough(
    meta: Api, sending: Sending, line: Line
) -> None:
    phone = "4915112345602"
    await deliver(meta, sending, line, entry(line, inbound("1", sender=phone, wamid="wamid.t1")))
    ((first, state, _),) = await conversations_of(sending, phone)
    assert state == "open"

    await deliver(meta, sending, line, entry(line, inbound("2", sender=phone, wamid="wamid.t2")))
    assert await conversations_of(sending, phone) == [(first, "open", 2)]

    await end_conversation(sending, first, ago=timedelta(hours=71))
    await deliver(meta, sending, line, entry(line, inbound("3", sender=phone, wamid="wamid.t3")))
    assert await conversations_of(sending, phone) == [(first, "open", 3)]

    await end_conversation(sending, first, ago=timedelta(hours=73))
    await deliver(meta, sending, line, entry(line, inbound("4", sender=phone, wamid="wamid.t4")))
    assert [row[1:] for row in await conversations_of(sending, phone)] == [
        ("disconnected", 3),
        ("open", 1),
    ]


async def end_conversation(sending: Sending, conversation_id: UUID, *, ago: timedelta) -> None:
    await sending.rows(
        "UPDATE conversation SET state = 'disconnected', last_message_at = %s WHERE id = %s",
        datetime.now(UTC) - ago,
        conversation_id,
    )


async def test_messages_of_one_batch_share_their_conversation(
    meta: Api, sending: Sending, line: Line
) -> None:
    phone = "4915112345603"
    values = [inbound(str(n), sender=phone, wamid=f"wamid.b{n}") for n in range(30)]

    await asyncio.gather(
        *(post(meta, line.app_secret, webhook(entry(line, value))) for value in values)
    )
    await sending.apply_webhooks()

    assert [row[1:] for row in await conversations_of(sending, phone)] == [("open", 30)]


@pytest.mark.parametrize("word", ["STOP", " stop. ", "Stopp"])
async def test_a_customer_who_writes_stop_is_not_messaged(
    api: Api, meta: Api, sending: Sending, line: Line, word: str
) -> None:
    phone = await sending.invite("all")

    await deliver(
        meta, sending, line, entry(line, inbound(word, sender=phone, wamid=f"wamid.{phone}"))
    )

    answer = await api.post(AGENTLESS, notification(line, phone))
    assert answer.json()["code"] == "consent.withdrawn"


async def test_whatsapps_own_preference_stops_marketing_only_and_can_be_resumed(
    api: Api, meta: Api, sending: Sending, line: Line
) -> None:
    phone = await sending.invite("all")

    def preference(value: str, at: float) -> dict[str, Any]:
        told = {"wa_id": phone, "category": "marketing_messages", "value": value}
        frame = json.loads(adapted("preference_stop", line))["entry"][0]
        frame["changes"][0]["value"]["user_preferences"] = [told | {"timestamp": int(at)}]
        return dict(frame)

    await deliver(meta, sending, line, preference("stop", time.time() - 20))
    offer = notification(line, phone, "offer")
    assert (await api.post(AGENTLESS, offer)).json()["code"] == "consent.withdrawn"
    assert (await api.post(AGENTLESS, notification(line, phone))).status == 202

    await deliver(meta, sending, line, preference("resume", time.time() - 10))
    assert (await api.post(AGENTLESS, offer)).status == 202


async def test_a_customer_edits_and_revokes_a_message(
    meta: Api, sending: Sending, line: Line
) -> None:
    phone = "4915112345604"

    async def read() -> tuple[Any, ...]:
        rows = await sending.rows(
            "SELECT body, status, content::text FROM message"
            " WHERE provider_message_id = 'wamid.said'"
        )
        return rows[0]

    value = inbound("Secrte", sender=phone, wamid="wamid.said")
    await deliver(meta, sending, line, entry(line, value))
    new = {"type": "text", "text": {"body": "Secret"}}
    edit = {"original_message_id": "wamid.said", "message": new}
    value = inbound("", sender=phone, wamid="wamid.edit", type="edit", edit=edit)
    await deliver(meta, sending, line, entry(line, value))
    assert (await read())[:2] == ("Secret", "received")

    value = inbound(
        "",
        sender=phone,
        wamid="wamid.revoke",
        type="revoke",
        revoke={"original_message_id": "wamid.said"},
    )
    await deliver(meta, sending, line, entry(line, value))
    assert await read() == ("", "removed", "{}")
    left = await sending.one(
        "SELECT count(*) FROM message WHERE integration_id = %s AND content::text LIKE '%%Secr%%'",
        line.integration_id,
    )
    assert left == 0


async def test_a_template_that_is_paused_at_the_provider_is_not_sent(
    api: Api, meta: Api, sending: Sending
) -> None:
    line = await sending.connect()

    await post(meta, line.app_secret, adapted("template_paused", line))
    await sending.apply_webhooks()

    answer = await api.post(AGENTLESS, notification(line, await sending.invite()))
    assert answer.json()["code"] == "template.paused"


async def test_a_banned_account_takes_its_numbers_out_of_service_with_the_reason(
    api: Api, meta: Api, sending: Sending
) -> None:
    line = await sending.connect()

    await post(meta, line.app_secret, adapted("account_banned", line))
    await sending.apply_webhooks()

    shown = (await api.get(f"{INTEGRATIONS}/{line.integration_id}")).json()
    assert shown["status"] == "Error"
    answer = await api.post(AGENTLESS, notification(line, await sending.invite()))
    assert answer.json()["code"] == "integration.error"
    assert answer.json()["messageParams"]["reason"] == "account.banned"


async def test_what_cannot_be_placed_waits_in_quarantine_and_is_applied_by_a_replay(
    api: Api, meta: Api, sending: Sending, line: Line
) -> None:
    phone = "4915112345605"
    stranger = entry(line, inbound("Hi", sender=phone, wamid="wamid.stranger"))
    number = {"phone_number_id": "44999999", "display_phone_number": "1"}
    stranger["changes"][0]["value"]["metadata"] = number
    await deliver(meta, sending, line, stranger)
    shown = (await api.get(QUARANTINE)).json()["entities"]
    element = next(each for each in shown if "44999999" in each["reason"])
    assert await conversations_of(sending, phone) == []

    await sending.rows(
        "UPDATE integration SET number_id = '44999999' WHERE id = %s",
        (await sending.connect(account_id=line.account_id)).integration_id,
    )
    assert (await api.post(f"{QUARANTINE}/{element['id']}/replay")).status == 204
    await sending.apply_webhooks()

    assert len(await conversations_of(sending, phone)) == 1
    shown = (await api.get(QUARANTINE)).json()["entities"]
    assert element["id"] not in [each["id"] for each in shown]


async def test_one_post_is_routed_by_the_number_of_each_change(
    meta: Api, sending: Sending, world: World
) -> None:
    """Organizations that share an app get one webhook together."""
    one = await sending.connect(app_secret="shared")
    other = await sending.connect(app_secret="shared", account_id=one.account_id)
    theirs = await sending.connect(world.outsider, app_secret="shared")
    neighbour = await sending.connect(
        world.outsider, app_secret="shared", account_id=one.account_id
    )
    lines = [one, other, theirs, neighbour]

    def said(line: Line) -> dict[str, Any]:
        return inbound("Hi", sender="4915112345606", wamid=f"wamid.{line.number_id}")

    both = entry(one, said(one))
    both["changes"] += entry(other, said(other))["changes"]
    both["changes"] += entry(neighbour, said(neighbour))["changes"]
    await deliver(meta, sending, one, both, entry(theirs, said(theirs)))

    for line in lines:
        rows = await sending.rows(
            "SELECT organization_id, provider_message_id FROM message WHERE integration_id = %s",
            line.integration_id,
        )
        assert rows == [(line.organization.id, f"wamid.{line.number_id}")]


async def test_what_another_organization_signed_changes_nothing_here(
    api: Api, meta: Api, sending: Sending, world: World
) -> None:
    theirs = await sending.connect(world.outsider)
    ours = await sending.connect()
    message_id, phone = await queue(api, sending, ours)
    forged = [
        entry(ours, inbound("STOP", sender=phone, wamid="wamid.forged2")),
        entry(ours, {"statuses": [status("wamid.f", "read", data=str(message_id))]}),
        *json.loads(adapted("account_banned", ours))["entry"],
        *json.loads(adapted("template_paused", ours))["entry"],
    ]

    answer = await post(meta, theirs.app_secret, webhook(entry(theirs), *forged))
    assert answer.status == 200
    await sending.apply_webhooks()

    assert await sending.one("SELECT status FROM message WHERE id = %s", message_id) == "queued"
    again = notification(ours, phone, note="another request")
    assert (await api.post(AGENTLESS, again)).status == 202
    elements = await sending.rows(
        "SELECT reason FROM quarantine WHERE organization_id = %s", world.outsider.id
    )
    assert len(elements) == 4


RANKED = ["sent", "failed", "delivered", "read"]


@settings(
    max_examples=25,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    batches=st.lists(
        st.lists(st.sampled_from(RANKED), min_size=1, max_size=4), min_size=1, max_size=4
    )
)
async def test_statuses_in_any_order_and_repetition_end_at_the_highest(
    api: Api, meta: Api, sending: Sending, line: Line, batches: list[list[str]]
) -> None:
    metered = await sending.connect()
    message_id, _ = await queue(api, sending, metered)
    error = {"code": 131026, "title": "Message undeliverable"}

    for batch in batches:
        statuses = [
            status(
                f"wamid.{message_id}",
                name,
                data=str(message_id),
                **({"errors": [error]} if name == "failed" else {}),
            )
            for name in batch
        ]
        await deliver(meta, sending, metered, entry(metered, {"statuses": statuses}))

    told = {name for batch in batches for name in batch}
    highest = max(told, key=RANKED.index)
    ((now, code, waits),) = await sending.rows(
        "SELECT m.status, m.error_code, s.status IS NOT NULL FROM message m"
        " LEFT JOIN message_status s ON s.provider_message_id = %s WHERE m.id = %s",
        f"wamid.{message_id}",
        message_id,
    )
    assert (now, code) == (highest, "meta.131026" if highest == "failed" else None)
    assert not waits
    ((delivered, read),) = await sending.rows(
        "SELECT sum(delivered)::int, sum(read)::int FROM usage_delta WHERE integration_id = %s",
        metered.integration_id,
    )
    assert delivered == bool(told & {"delivered", "read"})
    assert read == ("read" in told)


async def test_a_number_that_turned_out_not_to_be_on_whatsapp_is_left_alone(
    api: Api, meta: Api, sending: Sending, line: Line
) -> None:
    message_id, phone = await queue(api, sending, line)
    error = {"code": 131026, "title": "Message undeliverable"}
    failed = status("wamid.absent", "failed", data=str(message_id), errors=[error])

    await deliver(meta, sending, line, entry(line, {"statuses": [failed]}))

    answer = await api.post(AGENTLESS, notification(line, phone, note="another request"))
    assert answer.json()["code"] == "recipient.suppressed"


async def test_a_status_of_a_message_that_nobody_knows_waits(
    meta: Api, sending: Sending, line: Line
) -> None:
    seen = status("wamid.unknown", "delivered")

    await deliver(meta, sending, line, entry(line, {"statuses": [seen, seen]}))

    waiting = await sending.rows(
        "SELECT status FROM message_status WHERE provider_message_id = 'wamid.unknown'"
    )
    assert waiting == [("delivered",)]


async def test_statuses_of_unknown_messages_wait_by_one_statement(
    meta: Api, sending: Sending, line: Line
) -> None:
    seen = [status(f"wamid.nobodys.{n}", "delivered") for n in range(100)]

    with counted() as statements:
        await deliver(meta, sending, line, entry(line, {"statuses": seen}))

    assert await sending.rows(
        "SELECT count(*) FROM message_status WHERE provider_message_id LIKE 'wamid.nobodys.%%'"
    ) == [(100,)]
    assert sum("INSERT INTO message_status" in each for each in statements) == 1
