"""Looking after an account: each cause of trouble is told apart and comes with its mend."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from tests.providers.loopback import Call, Loopback, answering, pieces, serving, stalling
from tidings.domain.inbound import MediaRef
from tidings.domain.limits import tier_limit
from tidings.providers.http import FileStream, Http
from tidings.providers.meta_graph import GraphRefused
from tidings.providers.registry import PROVIDERS
from tidings.providers.whatsapp_cloud.checks import check_account, works
from tidings.providers.whatsapp_cloud.manage import (
    fetch_number,
    fetch_templates,
    mark_read,
    subscribe,
)
from tidings.providers.whatsapp_cloud.media import open_media, upload_media
from tidings.providers.whatsapp_cloud.wire import Account

NUMBER = {"id": "440022", "display_phone_number": "+1 555-010-0200", "status": "CONNECTED"}
SCOPES = ["whatsapp_business_messaging", "whatsapp_business_management"]
EXPIRED = {"error": {"code": 190, "error_subcode": 463, "message": "expired"}}

Reply = tuple[int, object]


class Graph:
    """A Graph API that answers from a table of path to (status, body)."""

    def __init__(self, **paths: Reply) -> None:
        token = {"app_id": "7", "is_valid": True, "expires_at": 0, "scopes": SCOPES}
        self.paths: dict[str, Reply] = {
            "debug_token": (200, {"data": token}),
            "phone_numbers": (200, {"data": [NUMBER]}),
            "subscribed_apps": (200, {"data": [{"whatsapp_business_api_data": {"id": "7"}}]}),
        } | paths

    async def __call__(self, call: Call) -> None:
        path = call.target.partition("?")[0].rpartition("/")[2]
        call.answer(*self.paths[path])


@pytest.fixture
async def http() -> AsyncIterator[Http]:
    client = Http()
    yield client
    await client.close()


def account(server: Loopback) -> Account:
    return Account("440022", "token", server.address + "/v24.0")


def token(**fields: object) -> Reply:
    return 200, {"data": {"app_id": "7", "is_valid": True, "scopes": SCOPES} | fields}


async def failures(http: Http, **paths: Reply) -> list[str]:
    async with serving(Graph(**paths)) as server:
        results = await check_account(http, account(server), waba_id="330011")
    assert all(one.mend for one in results if not one.ok)
    assert works(results) is all(one.ok for one in results)
    return [one.code for one in results if not one.ok]


async def test_a_sound_account_passes_every_check(http: Http) -> None:
    assert await failures(http) == []


@pytest.mark.parametrize(
    ("paths", "codes"),
    [
        ({"debug_token": (401, {"error": {"code": 190}})}, ["token.invalid"]),
        ({"debug_token": (401, EXPIRED)}, ["token.expired"]),
        ({"debug_token": token(is_valid=False)}, ["token.invalid"]),
        ({"debug_token": token(is_valid=False, expires_at=5)}, ["token.expired"]),
        ({"debug_token": (503, b"")}, ["graph.unreachable"]),
        ({"debug_token": token(scopes=SCOPES[:1])}, ["permission.whatsapp_business_management"]),
        ({"debug_token": token(scopes=SCOPES[1:])}, ["permission.whatsapp_business_messaging"]),
        ({"debug_token": (400, {"error": {"code": 100}})}, []),
        ({"phone_numbers": (400, {"error": {"code": 100}})}, ["waba.unreachable"]),
        ({"phone_numbers": (200, {"data": [NUMBER | {"id": "9"}]})}, ["number.member"]),
        ({"phone_numbers": (200, {"data": [NUMBER | {"status": "PENDING"}]})},
         ["number.registered"]),
        ({"subscribed_apps": (200, {"data": []})}, ["webhook.subscribed"]),
        ({"subscribed_apps": (200, {"data": [{"whatsapp_business_api_data": {"id": "8"}}]})},
         ["webhook.subscribed"]),
    ],
)  # fmt: skip
async def test_every_cause_of_trouble_is_told_apart(
    http: Http, paths: dict[str, Reply], codes: list[str]
) -> None:
    assert await failures(http, **paths) == codes


async def test_a_graph_that_cannot_be_reached_is_no_fault_of_the_account() -> None:
    http = Http(timeout=timedelta(milliseconds=300))
    async with serving(stalling) as server:
        results = await check_account(http, account(server), waba_id="330011")
    assert [one.code for one in results] == ["graph.unreachable"]
    results = await check_account(http, account(server), waba_id="330011")
    assert [one.code for one in results] == ["graph.unreachable"]
    await http.close()


async def test_a_number_tells_its_limits(http: Http) -> None:
    body = NUMBER | {
        "throughput": {"level": "HIGH"},
        "whatsapp_business_manager_messaging_limit": "TIER_10K",
    }
    async with serving(answering(200, body)) as server:
        number = await fetch_number(http, account(server))
    assert (number.messages_per_second, tier_limit(number.limit_tier)) == (1000, 10_000)


async def test_templates_come_from_every_page_and_a_strange_one_does_not_stop_them(
    http: Http,
) -> None:
    row = {"id": 1, "name": "notice", "language": "en", "status": "approved", "category": "UTILITY"}
    good = row | {"components": [{"type": "BODY", "text": "Hi {{1}}"}], "rejected_reason": "NONE"}
    strange = row | {"id": "2", "components": [{"type": "BODY", "text": {"not": "text"}}]}
    pages = iter(
        [
            {"data": [good], "paging": {"cursors": {"after": "c1"}, "next": "https://elsewhere/"}},
            {"data": [strange, row | {"quality_score": {"score": "GREEN"}}], "paging": {}},
        ]
    )

    async def page(call: Call) -> None:
        call.answer(200, next(pages))

    async with serving(page) as server:
        fetched = await fetch_templates(http, account(server), waba_id="330011")
    assert "after=c1" in server.calls[1].target
    assert [one.template_id for one in fetched] == ["1", "2", "1"]
    assert fetched[0].template.status == "APPROVED"
    assert fetched[0].rejected_reason is None
    assert fetched[1].problem
    assert fetched[1].components == strange["components"]
    assert fetched[2].quality == "GREEN"


async def test_subscribing_with_and_without_an_address_of_our_own(http: Http) -> None:
    async with serving(answering(200, {"success": True})) as server:
        await subscribe(http, account(server), waba_id="330011")
        await subscribe(
            http, account(server), waba_id="330011", callback_url="https://us/", verify_token="v"
        )
        await mark_read(http, account(server), provider_message_id="wamid.1", shows_typing=True)
    assert server.calls[0].body == b""
    assert b"override_callback_uri" in server.calls[1].body
    assert b"typing_indicator" in server.calls[2].body


async def test_a_subscription_that_did_not_work_is_refused(http: Http) -> None:
    for answer in (answering(200, {"success": False}), answering(403, {"error": {"code": 10}})):
        async with serving(answer) as server:
            with pytest.raises(GraphRefused):
                await subscribe(http, account(server), waba_id="330011")


async def test_media_is_fetched_from_a_new_address_when_the_old_one_has_expired(http: Http) -> None:
    async def graph(call: Call) -> None:
        if call.target.startswith("/old"):
            call.answer(404)
        elif call.target.startswith("/file"):
            call.answer(200, b"bytes")
        else:
            call.answer(200, {"url": server.address + "/file", "file_size": "5"})

    async with serving(graph) as server:
        media = MediaRef("99", url=server.address + "/old")
        async with open_media(http, account(server), media) as download:
            content = b"".join([chunk async for chunk in download.chunks])
    assert content == b"bytes"
    assert all(call.headers["authorization"] == "Bearer token" for call in server.calls)


async def test_media_that_is_gone_says_so(http: Http) -> None:
    async with serving(answering(404, {"error": {"code": 100}})) as server:
        with pytest.raises(GraphRefused):
            async with open_media(http, account(server), MediaRef("99")):
                pass


async def test_an_upload_gives_a_media_id(http: Http) -> None:
    async with serving(answering(200, {"id": 9920})) as server:
        file = FileStream(pieces(b"%P", b"DF"), 4)
        media_id = await upload_media(
            http, account(server), file, mime_type="application/pdf", filename="a.pdf"
        )
    assert media_id == "9920"


def test_every_registered_provider_can_put_its_errors_into_words() -> None:
    for provider in PROVIDERS.values():
        assert provider.describe("provider.unreachable").endswith(".")
