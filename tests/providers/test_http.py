"""The client seam: what certainly never left, what may have, and what the exchange log sees."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from tests.providers.loopback import (
    Behaviour,
    Call,
    answering,
    hanging_up,
    pieces,
    serving,
    stalling,
)
from tidings.providers.exchanges import LOGGED_BODY_LIMIT, Exchange, redact_address, redact_body
from tidings.providers.http import FileStream, Http, MayHaveLeft, NeverLeft

QUICK = timedelta(milliseconds=150)
HASTY = timedelta(seconds=1)


@pytest.fixture
async def http() -> AsyncIterator[Http]:
    """A client as patient as the product's: what is answered is heard, however busy we are."""
    client = Http()
    yield client
    await client.close()


@pytest.fixture
async def hasty() -> AsyncIterator[Http]:
    """A client that waits for nothing for long, least of all for a connection."""
    client = Http(timeout=HASTY, pool_timeout=QUICK, connect_timeout=QUICK)
    yield client
    await client.close()


async def test_an_answer_of_any_status_is_an_answer(http: Http) -> None:
    async with serving(answering(404, {"error": 1}, retry_after="7")) as server:
        answer = await http.post(server.address + "/x", b"{}", token="secret")
    assert (answer.status, answer.ok, answer.body) == (404, False, b'{"error": 1}')
    assert answer.headers.get("Retry-After") == "7"
    assert server.calls[0].headers["authorization"] == "Bearer secret"
    assert server.calls[0].headers["content-type"] == "application/json"


async def test_a_refused_connection_never_left(http: Http) -> None:
    async with serving(answering(200)) as server:
        address = server.address
    with pytest.raises(NeverLeft, match="refused"):
        await http.post(address, b"{}")


async def test_a_name_nobody_knows_never_left(hasty: Http) -> None:
    with pytest.raises(NeverLeft):
        await hasty.get("http://no-such-host.invalid/")


async def test_a_broken_tls_handshake_never_left(hasty: Http) -> None:
    async with serving(answering(200)) as server:
        port = server.address.rpartition(":")[2]
        with pytest.raises(NeverLeft):
            await hasty.get(f"https://127.0.0.1:{port}/")


async def test_an_address_or_token_that_is_none_never_left(http: Http) -> None:
    for address, token in (("not an address", None), ("ftp://x/", None), ("http://x/", "a\nb")):
        with pytest.raises(NeverLeft):
            await http.get(address, token=token)


async def test_no_free_connection_in_time_never_left() -> None:
    http, enough = Http(pool_timeout=QUICK, max_connections=1), asyncio.Event()

    async def holding_on(call: Call) -> None:
        await enough.wait()
        call.hang_up()

    async with serving(holding_on) as server:
        first = asyncio.create_task(http.post(server.address, b"{}"))
        await server.called.wait()
        with pytest.raises(NeverLeft):
            await http.post(server.address, b"{}")
        assert len(server.calls) == 1
        enough.set()
        with pytest.raises(MayHaveLeft):
            await first
    await http.close()


@pytest.mark.parametrize(("patience", "behave"), [(None, hanging_up), (HASTY, stalling)])
async def test_a_reset_or_silence_after_the_request_may_have_left(
    patience: timedelta | None, behave: Behaviour
) -> None:
    http = Http() if patience is None else Http(timeout=patience)
    async with serving(behave) as server:
        with pytest.raises(MayHaveLeft):
            await http.post(server.address, b"{}")
        await server.called.wait()
        assert len(server.calls) == 1
    await http.close()


async def test_an_answer_cut_off_in_the_middle_may_have_left(http: Http) -> None:
    async def cut_off(call: Call) -> None:
        call.writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\n{")
        await call.writer.drain()
        call.hang_up()

    async with serving(cut_off) as server:
        with pytest.raises(MayHaveLeft):
            await http.post(server.address, b"{}")


async def test_a_redirected_post_is_not_sent_again(http: Http) -> None:
    async with serving(answering(307, location="/elsewhere")) as server:
        answer = await http.post(server.address, b"{}")
    assert answer.status == 307
    assert len(server.calls) == 1


async def test_a_path_goes_to_the_base_address() -> None:
    async with serving(answering(200)) as server:
        http = Http(server.address + "/v24.0/")
        await http.delete("/123")
        await http.close()
    assert (server.calls[0].method, server.calls[0].target) == ("DELETE", "/v24.0/123")


async def test_a_file_is_posted_as_a_form(http: Http) -> None:
    async with serving(answering(200)) as server:
        await http.post_multipart(
            server.address,
            {"messaging_product": "whatsapp"},
            file=FileStream(pieces(b"%P", b"DF"), 4),
            filename="a.pdf",
            mime_type="application/pdf",
        )
    body = server.calls[0].body
    assert b'name="messaging_product"' in body
    assert b'filename="a.pdf"' in body
    assert b"%PDF" in body


async def test_a_download_follows_redirects_and_keeps_the_token_to_its_host(http: Http) -> None:
    async with serving(answering(200, b"x" * 200_000)) as files:

        async def redirect(call: Call) -> None:
            call.answer(302, location=files.address + "/file")

        async with (
            serving(redirect) as graph,
            http.stream(graph.address + "/media", token="secret") as download,
        ):
            content = b"".join([chunk async for chunk in download.chunks])
    assert (download.ok, len(content)) == (True, 200_000)
    assert graph.calls[0].headers["authorization"] == "Bearer secret"
    assert "authorization" not in files.calls[0].headers


async def test_a_download_that_goes_in_circles_ends(http: Http) -> None:
    async with serving(answering(302, location="/again")) as server:
        with pytest.raises(MayHaveLeft, match="redirects"):
            async with http.stream(server.address + "/media"):
                pass


async def test_the_exchange_log_sees_every_call_without_its_secrets() -> None:
    seen: list[Exchange] = []
    http = Http(observer=seen.append)
    async with serving(answering(200, {"access_token": "EAAsecretsecret"})) as server:
        await http.post(
            server.address + "/x?input_token=hidden", b'{"pin":"482913","a":1}', token="t"
        )
    async with serving(hanging_up) as server:
        with pytest.raises(MayHaveLeft):
            await http.get(server.address)
    await http.close()
    told = repr(seen[0])
    assert not any(secret in told for secret in ("hidden", "482913", "EAAsecret"))
    assert (seen[0].status, seen[0].error, seen[0].method) == (200, None, "POST")
    assert (seen[1].status, seen[1].response_body) == (None, None)
    assert seen[1].error


def test_secrets_are_taken_out_wherever_they_stand() -> None:
    assert redact_address("https://x/?code=abc&fields=id") == "https://x/?code=[redacted]&fields=id"
    assert redact_body(b"client_secret=abc&x=1") == b"client_secret=[redacted]&x=1"
    assert (
        redact_body(b'{"access_token" : "a\\"b", "n": 1}')
        == b'{"access_token":"[redacted]", "n": 1}'
    )
    assert redact_body(b'{"language":{"code":"en_US"}}') == b'{"language":{"code":"en_US"}}'
    assert b"abc" not in redact_body(b'{"app_secret":"abc')
    assert len(redact_body(b"x" * 100_000)) == LOGGED_BODY_LIMIT
