"""The little of HTTP the simulator needs on top of ASGI: a request, a response, a route key.

No framework here on purpose: the messages endpoint must stay within a few microseconds of
what the server itself costs.
"""

import asyncio
import socket
from collections.abc import AsyncGenerator, Awaitable, Callable, MutableMapping
from contextlib import aclosing
from typing import Any
from urllib.parse import parse_qsl

import msgspec

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

JSON = b"application/json; charset=UTF-8"
MAX_BODY = 110 * 1024 * 1024

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder().decode


class TooLarge(Exception):
    """The request body is bigger than any provider endpoint takes."""


class Response:
    """What goes back: status, body, content type and extra headers."""

    __slots__ = ("body", "content_type", "headers", "status")

    def __init__(
        self,
        body: bytes,
        *,
        status: int = 200,
        content_type: bytes = JSON,
        headers: tuple[tuple[bytes, bytes], ...] = (),
    ) -> None:
        self.body = body
        self.status = status
        self.content_type = content_type
        self.headers = headers

    async def send(self, send: Send) -> None:
        """Write the whole response to the connection."""
        head = [
            (b"content-type", self.content_type),
            (b"content-length", b"%d" % len(self.body)),
            *self.headers,
        ]
        await send({"type": "http.response.start", "status": self.status, "headers": head})
        await send({"type": "http.response.body", "body": self.body})


class Stream:
    """A response whose body is produced piece by piece."""

    def __init__(
        self, chunks: AsyncGenerator[bytes, None], content_type: bytes, receive: Receive
    ) -> None:
        self.chunks = chunks
        self.content_type = content_type
        self._receive = receive

    async def send(self, send: Send) -> None:
        """Write the pieces as they come, until the last or until nobody listens any more."""
        listening = asyncio.ensure_future(self._hung_up())
        try:
            async with aclosing(self.chunks) as chunks:
                await self._send(chunks, send, listening)
        finally:
            listening.cancel()

    async def _hung_up(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass

    async def _send(
        self, chunks: AsyncGenerator[bytes, None], send: Send, listening: asyncio.Future[None]
    ) -> None:
        head = [(b"content-type", self.content_type), (b"cache-control", b"no-store")]
        await send({"type": "http.response.start", "status": 200, "headers": head})
        async for chunk in chunks:
            if listening.done():
                return
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
        await send({"type": "http.response.body", "body": b""})


Answer = Response | Stream


class Request:
    """One request: its target is parsed at once, headers and body only when asked for."""

    __slots__ = ("_query", "method", "path", "receive", "scope", "segments")

    def __init__(self, scope: Scope, receive: Receive) -> None:
        self.scope = scope
        self.method: str = scope["method"]
        self.path: str = scope["path"]
        self.segments: list[str] = [part for part in self.path.split("/") if part]
        self.receive = receive
        self._query: dict[str, str] | None = None

    @property
    def query(self) -> dict[str, str]:
        """The query string as a mapping; of repeated names the last counts."""
        if self._query is None:
            raw = self.scope["query_string"].decode("utf-8", "replace")
            self._query = dict(parse_qsl(raw, keep_blank_values=True))
        return self._query

    def header(self, name: bytes) -> bytes:
        """The first header of that lower-case name, or nothing."""
        for key, value in self.scope["headers"]:
            if key == name:
                return bytes(value)
        return b""

    async def body(self) -> bytes:
        """The whole body; raises TooLarge above the biggest upload a provider takes."""
        message = await self.receive()
        first: bytes = message.get("body", b"")
        if not message.get("more_body"):
            return first
        chunks, size = [first], len(first)
        while message.get("more_body"):
            message = await self.receive()
            chunks.append(message.get("body", b""))
            size += len(chunks[-1])
            if size > MAX_BODY:
                raise TooLarge
        return b"".join(chunks)

    async def json(self) -> Any:
        """The body decoded as JSON, or an empty object when there is none."""
        raw = await self.body()
        return _decode(raw) if raw.strip() else {}

    async def parameters(self) -> dict[str, Any]:
        """Query and body as one mapping: Graph takes its parameters from either, in any form."""
        raw = await self.body()
        given: dict[str, Any] = dict(self.query)
        if self.header(b"content-type").startswith(b"application/x-www-form-urlencoded"):
            given.update(parse_qsl(raw.decode("utf-8", "replace"), keep_blank_values=True))
        elif raw.strip():
            decoded = _decode(raw)
            given.update(decoded if isinstance(decoded, dict) else {})
        return given

    def reset_connection(self) -> None:
        """Drop the connection with a TCP reset, as a dying load balancer does."""
        transport = self.scope["extensions"]["connection"]["transport"]
        endpoint = transport.get_extra_info("socket")
        if endpoint is not None:
            endpoint.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
        transport.abort()


def json_response(value: object, *, status: int = 200) -> Response:
    """An ordinary JSON answer."""
    return Response(_encode(value), status=status)
