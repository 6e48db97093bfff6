"""Genesys' SDK sends a POST again when the connection drops: the customer gets one message."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlsplit

import PureCloudPlatformClientV2 as sdk  # noqa: N813
import pytest

from tests.clients.test_genesys_notifications import request_to
from tests.sending import Line, Sending
from tests.serving import Server
from tests.world import World

pytestmark = pytest.mark.filterwarnings("ignore")
POST = b"POST /api/v2/conversations/messages/agentless"


class Dropping:
    """A TCP proxy that drops the connection when an answer to a send comes back."""

    def __init__(self, target: str) -> None:
        address = urlsplit(target)
        self._target = (address.hostname, address.port)
        self.drops = 0
        self.requests: list[bytes] = []
        self._server: asyncio.Server | None = None

    async def start(self) -> str:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        return "http://{}:{}".format(*self._server.sockets[0].getsockname())

    async def stop(self) -> None:
        assert self._server is not None
        self._server.close()
        await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        upstream, downstream = await asyncio.open_connection(*self._target)
        sent = bytearray()
        way_in = asyncio.create_task(self._copy_in(reader, downstream, sent))
        try:
            while answer := await upstream.read(65_536):
                if sent.startswith(POST):
                    self.requests.append(bytes(sent))
                    if self.drops > 0:
                        self.drops -= 1
                        writer.transport.abort()
                        return
                sent.clear()
                writer.write(answer)
        except ConnectionError:
            pass
        finally:
            way_in.cancel()
            downstream.close()
            writer.close()

    async def _copy_in(
        self, reader: asyncio.StreamReader, downstream: asyncio.StreamWriter, sent: bytearray
    ) -> None:
        while given := await reader.read(65_536):
            sent += given
            downstream.write(given)


@pytest.fixture
async def proxy(server: Server) -> AsyncIterator[Dropping]:
    proxy = Dropping(server.address)
    before = sdk.configuration.host
    sdk.configuration.host = await proxy.start()
    yield proxy
    sdk.configuration.host = before
    await proxy.stop()


@pytest.fixture
async def client(proxy: Dropping, world: World) -> Any:
    return await asyncio.to_thread(
        sdk.api_client.ApiClient().get_client_credentials_token,
        str(world.backend.id),
        world.backend.secret,
    )


@pytest.mark.parametrize("drops", [0, 1, 3])
async def test_a_send_whose_answer_was_lost_is_replayed_and_sent_once(
    client: Any, proxy: Dropping, sending: Sending, line: Line, drops: int
) -> None:
    phone = await sending.invite()
    proxy.drops = drops

    sent = await asyncio.to_thread(
        sdk.ConversationsApi(client).post_conversations_messages_agentless,
        request_to(line, phone),
    )

    assert len(proxy.requests) == drops + 1, "the SDK replays by itself"
    assert not any(b"Idempotency-Key" in request for request in proxy.requests)
    stored = await sending.rows("SELECT id::text FROM message WHERE to_address = %s", phone)
    assert stored == [(sent.id,)]
    assert await sending.one("SELECT count(*) FROM outbox WHERE message_id = %s", sent.id) == 1
