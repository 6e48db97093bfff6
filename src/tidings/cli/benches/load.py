"""A small HTTP load generator: prebuilt requests over kept-alive connections, latencies kept."""

import asyncio
import time
from collections.abc import Iterator
from typing import cast

import msgspec


class Load(msgspec.Struct):
    """What a run came to: answers by status, latencies in seconds, and its length."""

    statuses: dict[int, int]
    latencies: list[float]
    seconds: float

    @property
    def rate(self) -> float:
        """Answers in the 200s per second."""
        good = sum(count for status, count in self.statuses.items() if 200 <= status < 300)
        return good / self.seconds

    def percentile_ms(self, share: float) -> float:
        """A percentile of the latencies, in milliseconds."""
        ordered = sorted(self.latencies)
        return 1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))]


class Caller(asyncio.Protocol):
    """One connection: sends the next request once the answer to the last is whole.

    With a pause between requests it keeps that rhythm, as long as the answers allow it.
    """

    def __init__(
        self, requests: Iterator[bytes], load: Load, *, until: float, pause: float = 0.0
    ) -> None:
        self._requests = requests
        self._load = load
        self._until = until
        self._pause = pause
        self._buffer = b""
        self._sent_at = 0.0
        self._transport: asyncio.Transport | None = None
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        self._transport = cast(asyncio.Transport, transport)
        self._next()

    def data_received(self, data: bytes) -> None:
        """Read one answer; its length is known from its header."""
        self._buffer += data
        head, separator, rest = self._buffer.partition(b"\r\n\r\n")
        if not separator:
            return
        lower = head.lower()
        start = lower.find(b"content-length:")
        if start >= 0:
            length = int(lower[start + 15 :].split(b"\r\n", 1)[0])
            if len(rest) < length:
                return
        elif not rest.endswith(b"0\r\n\r\n"):
            return
        self._buffer = b""
        status = int(head[9:12])
        self._load.statuses[status] = self._load.statuses.get(status, 0) + 1
        self._load.latencies.append(time.perf_counter() - self._sent_at)
        wait = self._sent_at + self._pause - time.perf_counter()
        if wait > 0:
            asyncio.get_running_loop().call_later(wait, self._next)
        else:
            self._next()

    def connection_lost(self, exc: Exception | None) -> None:
        """The other side hung up: this connection is over."""
        if not self.done.done():
            self.done.set_result(None)

    def _next(self) -> None:
        assert self._transport is not None
        self._sent_at = time.perf_counter()
        request = next(self._requests, None) if self._sent_at < self._until else None
        if request is None:
            self._transport.close()
            if not self.done.done():
                self.done.set_result(None)
        else:
            self._transport.write(request)


async def run_load(
    port: int,
    requests: Iterator[bytes],
    *,
    connections: int,
    seconds: float,
    most_per_second: float | None = None,
) -> Load:
    """Send requests over so many connections until they or the time run out."""
    load = Load({}, [], 0.0)
    loop = asyncio.get_running_loop()
    started = time.perf_counter()
    until = started + seconds
    pause = connections / most_per_second if most_per_second else 0.0
    callers = []
    for _ in range(connections):
        _, caller = await loop.create_connection(
            lambda: Caller(requests, load, until=until, pause=pause), "127.0.0.1", port
        )
        callers.append(caller)
    await asyncio.gather(*(caller.done for caller in callers))
    load.seconds = time.perf_counter() - started
    return load


def post_request(path: str, body: bytes, headers: dict[str, str]) -> bytes:
    """A whole POST request as bytes."""
    lines = [f"POST {path} HTTP/1.1", "Host: 127.0.0.1", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body
