"""Webhooks through their front door: who is let in, and what is kept."""

import pytest
from prometheus_client import REGISTRY

from tests.api_client import Answer, Api
from tests.providers.samples import webhook_names
from tests.sending import (
    HOOK,
    Line,
    Sending,
    entry,
    inbound,
    sign,
    webhook,
)

INTEGRATIONS = "/api/v2/conversations/messaging/integrations/whatsapp"
QUARANTINE = "/api/v2/system/quarantine"
MESSAGES = [name for name in webhook_names() if name.startswith("message_")]


@pytest.fixture(scope="module")
def meta(api: Api) -> Api:
    """Whoever posts webhooks: nobody that we know by a token."""
    return api.as_(None)


async def post(meta: Api, secret: str, body: bytes) -> Answer:
    return await meta.post(HOOK, content=body, headers=sign(secret, body))


async def journalled(sending: Sending) -> int:
    count: int = await sending.one("SELECT count(*) FROM inbox")
    return count


def refused(reason: str) -> float:
    labels = {"provider": "meta", "reason": reason}
    return REGISTRY.get_sample_value("tidings_webhooks_refused_total", labels) or 0.0


async def test_the_handshake_is_answered_with_its_challenge(meta: Api, line: Line) -> None:
    query = {
        "hub.mode": "subscribe",
        "hub.verify_token": line.verify_token,
        "hub.challenge": "1158201444",
    }

    answer = await meta.get(HOOK, params=query)

    assert (answer.status, answer.text) == (200, "1158201444")


@pytest.mark.parametrize(
    "changed",
    [
        {"hub.verify_token": "guessed"},
        {"hub.verify_token": ""},
        {"hub.verify_token": "\ud83d".encode("utf-16", "surrogatepass").decode("latin-1")},
        {"hub.mode": "unsubscribe"},
        {"hub.challenge": ""},
    ],
)
async def test_a_wrong_handshake_is_refused(meta: Api, line: Line, changed: dict[str, str]) -> None:
    query = {"hub.mode": "subscribe", "hub.verify_token": line.verify_token, "hub.challenge": "1"}
    before = refused("verify_token")

    answer = await meta.get(HOOK, params=query | changed)

    assert (answer.status, answer.text) == (403, "refused")
    assert refused("verify_token") == before + 1


async def test_other_methods_are_not_allowed(meta: Api) -> None:
    assert (await meta.put(HOOK, {})).status == 405


@pytest.mark.parametrize("forgery", ["wrong", "missing", "empty", "sha1", "of_another", "stranger"])
async def test_a_webhook_without_the_right_signature_is_refused_and_told_nothing(
    meta: Api, sending: Sending, line: Line, forgery: str
) -> None:
    body = webhook(entry(line, inbound("Hello", sender="4915112345678", wamid="wamid.forged")))
    headers = sign("guessed", body)
    if forgery == "missing":
        del headers["X-Hub-Signature-256"]
    elif forgery == "empty":
        headers["X-Hub-Signature-256"] = ""
    elif forgery == "sha1":
        headers = {"X-Hub-Signature": sign(line.app_secret, body)["X-Hub-Signature-256"]}
    elif forgery == "of_another":
        headers = sign((await sending.connect(sending.world.outsider)).app_secret, body)
    elif forgery == "stranger":
        body = webhook({"id": "999", "changes": []})
        headers = sign("guessed", body)
    stored, before = await journalled(sending), refused("signature")

    answer = await meta.post(HOOK, content=body, headers=headers)

    assert (answer.status, answer.text) == (403, "refused")
    assert refused("signature") == before + 1
    assert await journalled(sending) == stored


async def test_refusals_are_counted_where_the_operator_looks(meta: Api) -> None:
    await meta.post(HOOK, content=b"{}")

    assert (
        'tidings_webhooks_refused_total{provider="meta",reason="signature"}'
        in (await meta.get("/metrics")).text
    )


async def test_a_body_over_the_limit_is_not_read_on(
    meta: Api, sending: Sending, line: Line
) -> None:
    body = webhook(entry(line)) + b" " * sending.settings.webhook_max_bytes
    stored = await journalled(sending)

    assert (await post(meta, line.app_secret, body)).status == 413
    assert await journalled(sending) == stored


async def test_a_webhook_is_on_disk_as_it_came_before_it_is_answered(
    meta: Api, sending: Sending, line: Line
) -> None:
    value = inbound("Übermorgen 📦", sender="4915112345601", wamid="wamid.raw")
    body = webhook(entry(line, value)).replace(b": ", b":  ")

    assert (await post(meta, line.app_secret, body)).status == 200

    assert await sending.one("SELECT body FROM inbox ORDER BY id DESC LIMIT 1") == body
    await sending.apply_webhooks()


async def test_a_line_that_was_deleted_is_nobodys_any_more(
    api: Api, meta: Api, sending: Sending
) -> None:
    gone = await sending.connect()
    assert (await api.delete(f"{INTEGRATIONS}/{gone.integration_id}")).status == 200

    assert (await post(meta, gone.app_secret, webhook(entry(gone)))).status == 403
