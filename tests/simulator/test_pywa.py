"""Somebody else's client against the simulator: what it sends works, what we send it reads."""

import asyncio
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

import httpx
import pytest
from pywa import WhatsApp, types
from pywa.errors import WhatsAppError
from pywa.types.base_update import BaseUpdate, RawUpdate
from pywa.types.templates import BodyText, TemplateLanguage

from .conftest import AMINA, NUMBER, TOKEN, WABA, Meta, Receiver, template, text

PNG = b"\x89PNG\r\n\x1a\n" + bytes(64)

Given = ParamSpec("Given")
Result = TypeVar("Result")
Update = TypeVar("Update", bound=BaseUpdate)


@pytest.fixture
def whatsapp(meta: Meta) -> WhatsApp:
    """pywa with its session turned towards the simulator."""
    session = httpx.Client(trust_env=False)
    client = WhatsApp(
        phone_id=NUMBER,
        token=TOKEN,
        session=session,
        waba_id=WABA,
        filter_updates=False,
        server=None,
    )
    session.base_url = f"{meta.simulation.address}/v24.0"
    return client


async def blocking(
    work: Callable[Given, Result], *args: Given.args, **kwargs: Given.kwargs
) -> Result:
    return await asyncio.to_thread(work, *args, **kwargs)


async def test_pywa_sends_texts_buttons_and_media(meta: Meta, whatsapp: WhatsApp) -> None:
    await meta.writes()
    to = f"+{AMINA}"

    sent = await blocking(whatsapp.send_message, to, "Hello", tracker="t-1")
    buttons = [types.Button("Yes", "yes"), types.Button("No", "no")]
    await blocking(whatsapp.send_message, to, "Coming?", buttons=buttons)
    medium = await blocking(whatsapp.upload_media, PNG, mime_type="image/png", filename="a.png")
    await blocking(whatsapp.send_image, to, medium.id, caption="A")
    await blocking(whatsapp.send_location, to, 52.5, 13.4, name="Here")

    rows = (await meta.control("GET", "ledger/messages"))["messages"]
    assert [row["type"] for row in rows] == ["text", "interactive", "image", "location"]
    assert rows[0]["id"] == sent.id
    assert rows[0]["callback_data"] == "t-1"


async def test_pywa_sends_a_template(meta: Meta, whatsapp: WhatsApp) -> None:
    listed = await blocking(whatsapp.get_templates, name="service_outage")
    outage = next(iter(listed))
    body = next(part for part in outage.components if isinstance(part, BodyText))
    # pywa writes the method without `self`, so that mypy takes the values for it.
    parameters = body.params("Amina", "18:00")  # type: ignore[arg-type]

    sent = await blocking(
        whatsapp.send_template,
        f"+{AMINA}",
        "service_outage",
        TemplateLanguage.ENGLISH_US,
        [parameters],
    )

    assert sent.id.startswith("wamid.")
    assert (await meta.control("GET", "ledger"))["accepted"] == 1


async def test_pywa_lists_templates_and_numbers_and_gets_media(
    meta: Meta, whatsapp: WhatsApp
) -> None:
    templates = await blocking(lambda: list(whatsapp.get_templates()))
    numbers = await blocking(lambda: list(whatsapp.get_business_phone_numbers()))
    medium = await blocking(whatsapp.upload_media, PNG, mime_type="image/png", filename="a.png")
    resolved = await blocking(whatsapp.get_media_url, medium.id)

    assert len(templates) == 10
    assert [number.id for number in numbers] == [NUMBER, "440011223302"]
    assert resolved.file_size == len(PNG)


async def test_pywa_understands_our_refusals(meta: Meta, whatsapp: WhatsApp) -> None:
    with pytest.raises(WhatsAppError) as caught:
        await blocking(whatsapp.send_message, "nobody", "Hello")

    assert caught.value.code == 131009


MEDIUM = {"id": "1234567890123456", "mime_type": "image/jpeg", "sha256": "abc="}
PLACE = {"latitude": 1.5, "longitude": 2.5, "name": "Home"}
CARD = {"name": {"formatted_name": "Jo Doe", "first_name": "Jo"}, "phones": [{"phone": "+491"}]}
REPLY = {"type": "button_reply", "button_reply": {"id": "yes", "title": "Yes"}}
ROW = {"type": "list_reply", "list_reply": {"id": "a", "title": "Billing", "description": "x"}}
QUOTE = {"from": "15550100200", "id": "wamid.Q"}
FLOW = {
    "type": "nfm_reply",
    "nfm_reply": {"name": "flow", "body": "Sent", "response_json": '{"flow_token":"1"}'},
}
CHANGED = {"type": "user_changed_number", "body": "User changed", "wa_id": "254711000099"}
INBOUND: dict[str, tuple[dict[str, Any], type[BaseUpdate]]] = {
    "text": (text("Hi"), types.Message),
    "image": ({"type": "image", "image": {**MEDIUM, "caption": "x"}}, types.Message),
    "video": ({"type": "video", "video": {**MEDIUM, "mime_type": "video/mp4"}}, types.Message),
    "audio": (
        {"type": "audio", "audio": {**MEDIUM, "mime_type": "audio/ogg", "voice": True}},
        types.Message,
    ),
    "document": ({"type": "document", "document": {**MEDIUM, "filename": "a"}}, types.Message),
    "sticker": ({"type": "sticker", "sticker": {**MEDIUM, "animated": False}}, types.Message),
    "location": ({"type": "location", "location": PLACE}, types.Message),
    "contacts": ({"type": "contacts", "contacts": [CARD]}, types.Message),
    "unsupported": ({"type": "unsupported"}, types.Message),
    "button": (
        {"type": "button", "button": {"payload": "go", "text": "Go"}},
        types.CallbackButton,
    ),
    "button reply": ({"type": "interactive", "interactive": REPLY}, types.CallbackButton),
    "list reply": (
        {"type": "interactive", "interactive": ROW, "context": QUOTE},
        types.CallbackSelection,
    ),
    "flow reply": ({"type": "interactive", "interactive": FLOW}, types.FlowCompletion),
    "changed number": ({"type": "system", "system": CHANGED}, types.PhoneNumberChange),
}


def parsed(whatsapp: WhatsApp, body: bytes, kind: type[Update]) -> Update:
    """What pywa makes of a webhook body, which is of this kind; raises where pywa would log
    and drop it."""
    raw = RawUpdate(body, hmac_header=None, update_hash="x")
    handler = whatsapp._get_handler_type(raw)
    assert handler is not None
    update = whatsapp._handlers_to_updates[handler].from_update(client=whatsapp, update=raw)
    assert isinstance(update, kind)
    return update


@pytest.mark.parametrize(("message", "kind"), INBOUND.values(), ids=INBOUND.keys())
async def test_pywa_reads_every_kind_of_inbound_message(
    meta: Meta,
    whatsapp: WhatsApp,
    subscribed: Receiver,
    message: dict[str, Any],
    kind: type[BaseUpdate],
) -> None:
    wamid = await meta.writes(**message)
    await subscribed.until(lambda: subscribed.messages)

    update = parsed(whatsapp, subscribed.webhooks[0].body, kind)

    assert type(update) is kind
    assert update.id == wamid


async def test_pywa_reads_reactions_and_quotes(
    meta: Meta, whatsapp: WhatsApp, subscribed: Receiver
) -> None:
    wamid = await meta.accepted(template())
    reaction = {"message_id": wamid, "emoji": "👍"}
    await subscribed.until(lambda: len(subscribed.statuses) == 2)
    await meta.writes(type="reaction", reaction=reaction)
    await meta.writes(**text("Yes"), context={"from": "15550100200", "id": wamid})
    await subscribed.until(lambda: len(subscribed.messages) == 2)

    updates = [parsed(whatsapp, hook.body, types.Message) for hook in subscribed.webhooks[-2:]]
    by_type = {update.type.value: update for update in updates}
    seen, quoted = by_type["reaction"].reaction, by_type["text"].reply_to_message
    assert seen is not None
    assert seen.emoji == "👍"
    assert quoted is not None
    assert quoted.id == wamid


async def test_pywa_reads_every_status(
    meta: Meta, whatsapp: WhatsApp, subscribed: Receiver
) -> None:
    await meta.control("PUT", "habits", {"read_probability": 1.0})
    await meta.accepted(template(), biz_opaque_callback_data="t-1")
    await meta.accepted(template(), to="+491510000000")
    await subscribed.until(lambda: len(subscribed.statuses) == 4)

    updates = [parsed(whatsapp, hook.body, types.MessageStatus) for hook in subscribed.webhooks]
    assert {type(update) for update in updates} == {types.MessageStatus}
    by_status = {update.status.value: update for update in updates}
    assert set(by_status) == {"sent", "delivered", "read", "failed"}
    error = by_status["failed"].error
    assert error is not None
    assert error.code == 131026
    assert by_status["sent"].tracker == "t-1"
    assert by_status["sent"].pricing is not None


async def test_pywa_reads_management_webhooks(
    meta: Meta, whatsapp: WhatsApp, subscribed: Receiver
) -> None:
    for verb in ("pause", "disable", "reject", "approve"):
        await meta.control("POST", f"templates/service_outage/{verb}")
    await subscribed.until(lambda: len(subscribed.webhooks) == 4)
    updates = [
        parsed(whatsapp, hook.body, types.TemplateStatusUpdate) for hook in subscribed.webhooks
    ]
    await meta.control("POST", "preference", {"from": AMINA, "value": "stop"})
    await subscribed.until(lambda: len(subscribed.webhooks) == 5)
    preference = parsed(whatsapp, subscribed.webhooks[4].body, types.UserMarketingPreferences)

    events = {update.new_status.value for update in updates}
    assert events == {"PAUSED", "DISABLED", "REJECTED", "APPROVED"}
    assert isinstance(preference, types.UserMarketingPreferences)
