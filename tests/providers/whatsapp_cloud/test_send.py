"""Sending: what goes over the wire, and what each answer, or none, means."""

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from tests.providers.loopback import (
    Behaviour,
    Loopback,
    answering,
    hanging_up,
    serving,
    stalling,
)
from tests.providers.samples import sample
from tidings.domain.content import (
    ContactsContent,
    Content,
    InteractiveContent,
    LocationContent,
    MediaContent,
    MediaKind,
    Outbound,
    ReactionContent,
    TemplateContent,
    TextContent,
)
from tidings.domain.outcomes import Accepted, Fault, Refused, Unknown
from tidings.providers.http import Answer, Http
from tidings.providers.whatsapp_cloud.send import parse_outcome, render, send
from tidings.providers.whatsapp_cloud.wire import Account

TEXT = Outbound("id", TextContent("hi"), "out:1", to="5511987650001")


@pytest.fixture
async def http() -> AsyncIterator[Http]:
    client = Http()
    yield client
    await client.close()


def account(server: Loopback) -> Account:
    return Account("440022", "secret-token", server.address + "/v24.0")


def rendered(content: Content, **fields: str | None) -> dict[str, Any]:
    message = Outbound("id", content, "out:1", **({"to": "4522123456"} | fields))
    body: dict[str, Any] = json.loads(render(message))
    return body


@pytest.mark.parametrize(
    ("content", "kind", "payload"),
    [
        (TextContent("hi", preview_url=True), "text", {"body": "hi", "preview_url": True}),
        (TemplateContent("n", "da", [{"type": "body"}], "shown"), "template",
         {"name": "n", "language": {"code": "da"}, "components": [{"type": "body"}]}),
        (MediaContent(MediaKind.IMAGE, link="https://x/a.png", caption="c"), "image",
         {"link": "https://x/a.png", "caption": "c"}),
        (MediaContent(MediaKind.DOCUMENT, media_id="9", filename="a.pdf"), "document",
         {"id": "9", "filename": "a.pdf"}),
        (MediaContent(MediaKind.AUDIO, media_id="9", voice=True, caption="no"), "audio",
         {"id": "9", "voice": True}),
        (MediaContent(MediaKind.STICKER, media_id="9"), "sticker", {"id": "9"}),
        (LocationContent(1.5, 2.5, "Here"), "location",
         {"latitude": 1.5, "longitude": 2.5, "name": "Here"}),
        (ContactsContent([{"name": {}}]), "contacts", [{"name": {}}]),
        (ReactionContent("wamid.1", "👍"), "reaction", {"message_id": "wamid.1", "emoji": "👍"}),
        (InteractiveContent({"type": "button"}), "interactive", {"type": "button"}),
    ],
)  # fmt: skip
def test_every_kind_of_content_has_its_payload(
    content: Content, kind: str, payload: object
) -> None:
    body = rendered(content)
    assert (body["type"], body[kind]) == (kind, payload)
    assert body["messaging_product"] == "whatsapp"
    assert body["biz_opaque_callback_data"] == "out:1"


def test_a_number_always_goes_out_with_its_plus() -> None:
    assert rendered(TextContent("x"))["to"] == "+4522123456"


def test_a_customer_without_a_number_is_reached_by_user_id() -> None:
    body = rendered(TextContent("x"), to=None, user_id="KE.1")
    assert body["recipient"] == "KE.1"
    assert "to" not in body


def test_the_number_wins_and_nobody_is_an_error() -> None:
    assert "recipient" not in rendered(TextContent("x"), user_id="KE.1")
    with pytest.raises(ValueError, match="phone number"):
        rendered(TextContent("x"), to=None)


def test_a_reply_quotes_and_a_reaction_does_not() -> None:
    assert rendered(TextContent("x"), reply_to="wamid.9")["context"] == {"message_id": "wamid.9"}
    assert "context" not in rendered(ReactionContent("wamid.1"), reply_to="wamid.9")


@pytest.mark.parametrize(
    ("name", "outcome"),
    [
        ("accepted", Accepted("wamid.HBgM", "551187650001", "BR.7700412230981155")),
        ("accepted_held", Accepted("wamid.HELD", "551187650001", None, held=True)),
        ("accepted_user_id", Accepted("wamid.BSUID", None, "BR.77")),
    ],
)
async def test_an_accepted_message_is_known_by_its_provider_id(
    http: Http, name: str, outcome: Accepted
) -> None:
    async with serving(answering(200, sample(name)["body"])) as server:
        assert await send(http, account(server), TEXT) == outcome
    call = server.calls[0]
    assert (call.method, call.target) == ("POST", "/v24.0/440022/messages")
    assert call.headers["authorization"] == "Bearer secret-token"


async def test_a_refusal_is_a_value(http: Http) -> None:
    given = sample("refusal_window")
    async with serving(answering(given["http_status"], given["body"])) as server:
        outcome = await send(http, account(server), TEXT)
    assert outcome == Refused("meta.131047", Fault.WINDOW, "The window is closed.")


async def test_an_unreachable_provider_is_a_refusal_that_may_be_repeated(http: Http) -> None:
    async with serving(answering(200)) as server:
        unreachable = account(server)
    outcome = await send(http, unreachable, TEXT)
    assert isinstance(outcome, Refused)
    assert (outcome.code, outcome.fault) == ("provider.unreachable", Fault.SERVER)


@pytest.mark.parametrize(("patience_s", "behave"), [(30, hanging_up), (1, stalling)])
async def test_a_reset_or_silence_is_unknown_and_sent_only_once(
    patience_s: int, behave: Behaviour
) -> None:
    http = Http(timeout=timedelta(seconds=patience_s))
    async with serving(behave) as server:
        assert isinstance(await send(http, account(server), TEXT), Unknown)
        await server.called.wait()
        assert len(server.calls) == 1
    await http.close()


@pytest.mark.parametrize("body", [b"", b"<html>", b"{}", b'{"messages":[]}', b'{"messages":[{}]}'])
def test_a_success_that_cannot_be_read_is_unknown(body: bytes) -> None:
    assert isinstance(parse_outcome(Answer(200, body)), Unknown)


def test_an_error_under_a_success_status_is_a_refusal() -> None:
    outcome = parse_outcome(Answer(200, b'{"error":{"code":36000,"message":"too large"}}'))
    assert isinstance(outcome, Refused)
    assert outcome.fault is Fault.REQUEST


def test_an_account_never_shows_its_token() -> None:
    assert "secret-token" not in repr(Account("1", "secret-token", "https://graph"))
