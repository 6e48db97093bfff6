"""What a business receives: signed, repeated until taken, and only when subscribed."""

import hashlib
import hmac

from tests.sending import eventually

from .conftest import AMINA, NUMBER, SECRET, WABA, Meta, Receiver, template, text


async def test_every_body_is_signed_over_its_bytes(meta: Meta, subscribed: Receiver) -> None:
    await meta.writes(type="text", text={"body": "Grüße / 😀"})
    await subscribed.until(lambda: subscribed.webhooks)

    hook = subscribed.webhooks[0]
    expected = hmac.new(SECRET, hook.body, hashlib.sha256).hexdigest()
    assert hook.headers["x-hub-signature-256"] == f"sha256={expected}"
    assert hook.headers["content-type"] == "application/json"


async def test_bodies_are_ascii_with_escaped_slashes(meta: Meta, subscribed: Receiver) -> None:
    await meta.writes(type="text", text={"body": "Grüße / 😀"})
    await subscribed.until(lambda: subscribed.webhooks)

    body = subscribed.webhooks[0].body
    assert b"Gr\\u00fc\\u00dfe \\/ \\ud83d\\ude00" in body
    assert subscribed.messages[0]["text"]["body"] == "Grüße / 😀"


async def test_a_message_climbs_from_sent_to_read(meta: Meta, subscribed: Receiver) -> None:
    await meta.control("PUT", "habits", {"read_probability": 1.0})
    wamid = await meta.accepted(template(), biz_opaque_callback_data="order-1")
    await subscribed.until(lambda: len(subscribed.statuses) == 3)

    statuses = {item["status"]: item for item in subscribed.statuses}
    assert set(statuses) == {"sent", "delivered", "read"}
    assert {item["id"] for item in statuses.values()} == {wamid}
    assert {item["biz_opaque_callback_data"] for item in statuses.values()} == {"order-1"}
    assert {item["recipient_id"] for item in statuses.values()} == {AMINA}
    assert statuses["sent"]["pricing"]["category"] == "utility"
    assert "pricing" in statuses["delivered"]
    assert "pricing" not in statuses["read"]
    assert all(isinstance(item["timestamp"], str) for item in statuses.values())
    metadata = subscribed.webhooks[0].values[0]["metadata"]
    assert metadata == {"display_phone_number": "15550100200", "phone_number_id": NUMBER}
    assert subscribed.webhooks[0].json["entry"][0]["id"] == WABA


async def test_an_open_chat_reports_read_without_delivered(
    meta: Meta, subscribed: Receiver
) -> None:
    await meta.control("PUT", "habits", {"chat_open_probability": 1.0})
    await meta.accepted(template())
    await subscribed.until(lambda: len(subscribed.statuses) == 2)

    assert {item["status"] for item in subscribed.statuses} == {"sent", "read"}
    assert all("pricing" in item for item in subscribed.statuses)


async def test_a_reaction_is_only_reported_sent(meta: Meta, subscribed: Receiver) -> None:
    wamid = await meta.writes()
    await meta.accepted({"type": "reaction", "reaction": {"message_id": wamid, "emoji": "👍"}})
    last = await meta.accepted(template())
    await subscribed.until(lambda: len(subscribed.statuses) == 3)

    assert sorted(item["status"] for item in subscribed.statuses if item["id"] != last) == ["sent"]


async def test_anything_but_200_is_repeated_byte_for_byte(meta: Meta, subscribed: Receiver) -> None:
    subscribed.answers.extend([503, 201, 302])
    await meta.writes()
    await subscribed.until(lambda: len(subscribed.webhooks) == 4)
    await meta.control("GET", "webhooks")

    assert len({hook.body for hook in subscribed.webhooks}) == 1
    queues = await meta.control("GET", "webhooks")
    assert queues["counts"]["answered.503"] == 1


async def test_a_webhook_nobody_takes_in_a_week_is_given_up(
    meta: Meta, subscribed: Receiver
) -> None:
    subscribed.answers.extend([500] * 2)
    await meta.control("POST", "clock", {"offset_seconds": -8 * 86_400})
    await meta.control("PUT", "settings", {"retry_base_seconds": 0.5})
    await meta.writes()

    # The week begins with the first refusal, so that one must have been taken in.
    async def refused() -> bool:
        return bool((await meta.control("GET", "webhooks"))["retrying"])

    await eventually(refused)
    await meta.control("POST", "clock", {"advance_seconds": 8 * 86_400})
    await subscribed.until(lambda: len(subscribed.webhooks) == 2)
    await meta.writes()
    await subscribed.until(lambda: len(subscribed.webhooks) == 3)

    counts = (await meta.control("GET", "ledger"))["counts"]
    assert counts["posts.given_up"] == 1
    assert len(subscribed.messages) == 3


async def test_nothing_is_posted_without_a_subscription(meta: Meta, receiver: Receiver) -> None:
    await meta.control("PUT", "callback", {"url": receiver.url, "subscribe": False})
    await meta.writes(type="text", text={"body": "unheard"})
    await meta.call("POST", f"/v24.0/{WABA}/subscribed_apps")
    await meta.writes(type="text", text={"body": "heard"})
    await receiver.until(lambda: receiver.messages)

    assert [message["text"]["body"] for message in receiver.messages] == ["heard"]


async def test_updates_can_be_batched(meta: Meta, subscribed: Receiver) -> None:
    await meta.control("PUT", "settings", {"webhook_batch": 1000, "webhook_concurrency": 1})
    await meta.control("POST", "inbound", {"from": AMINA, "times": 50, **text("Hi")})
    await subscribed.until(lambda: len(subscribed.messages) == 50)

    assert len(subscribed.webhooks) <= 2
    assert len({message["id"] for message in subscribed.messages}) == 50


async def test_a_hidden_phone_shows_only_the_user_id(meta: Meta, subscribed: Receiver) -> None:
    await meta.writes(who="+919876500021")
    await meta.accepted(template(), to="+919876500021")
    await subscribed.until(lambda: len(subscribed.statuses) == 2 and subscribed.messages)

    message, status = subscribed.messages[0], subscribed.statuses[0]
    assert "from" not in message
    assert message["from_user_id"].startswith("IN.")
    assert status["recipient_user_id"] == message["from_user_id"]
    assert "recipient_id" not in status
    contact = next(v for h in subscribed.webhooks for v in h.values if "messages" in v)["contacts"]
    assert contact[0]["profile"] == {"name": "Priya Nair", "username": "priya.n"}
    assert "wa_id" not in contact[0]


async def test_customers_answer_by_habit(meta: Meta, subscribed: Receiver) -> None:
    habits = {"answer_probability": 1.0, "answer_delay_ms": 0, "answer_text": "Danke"}
    await meta.control("PUT", f"customers/{AMINA}", {"habits": habits})
    await meta.accepted(template())
    await subscribed.until(lambda: subscribed.messages)

    assert subscribed.messages[0]["text"]["body"] == "Danke"
    assert subscribed.messages[0]["from"] == AMINA


async def test_people_who_are_absent_blocking_or_opted_out_fail(
    meta: Meta, subscribed: Receiver
) -> None:
    await meta.control("PUT", "customers/4915112345678", {"blocked_numbers": [NUMBER]})
    await meta.control("PUT", f"customers/{AMINA}", {"stopped_marketing": True})
    unseen = template("old_campaign", body=("A",))
    await meta.control("POST", "templates/old_campaign/approve")
    await meta.accepted(template(), to="+49 151 000 0000")
    await meta.accepted(template(), to="+4915112345678")
    await meta.accepted(unseen, to=f"+{AMINA}")
    await subscribed.until(lambda: len(subscribed.statuses) == 3)

    codes = sorted(item["errors"][0]["code"] for item in subscribed.statuses)
    assert codes == [131026, 131026, 131050]


async def test_a_stop_in_whatsapps_menu_is_a_user_preference(
    meta: Meta, subscribed: Receiver
) -> None:
    await meta.control("POST", "preference", {"from": AMINA, "value": "stop"})
    await subscribed.until(lambda: subscribed.webhooks)

    preference = subscribed.field("user_preferences")[0]["user_preferences"][0]
    assert preference["value"] == "stop"
    assert preference["wa_id"] == AMINA
    assert preference["category"] == "marketing_messages"
