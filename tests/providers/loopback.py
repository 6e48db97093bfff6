"""A server on the loopback interface that answers, stalls or hangs up as a test tells it to."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

Behaviour = Callable[["Call"], Awaitable[None]]


class Call:
    """One request that reached the server, and the connection to answer it on."""

    def __init__(self, head: str, body: bytes, writer: asyncio.StreamWriter) -> None:
        self.method, self.target, _ = head.split("\r\n")[0].split(" ")
        lines = (line.split(": ", 1) for line in head.split("\r\n")[1:] if ": " in line)
        self.headers = {name.lower(): value for name, value in lines}
        self.body = body
        self.writer = writer

    def answer(self, status: int, body: Any = b"", **headers: str) -> None:
        """Answer with bytes, or with JSON for anything else."""
        payload = body if isinstance(body, bytes) else json.dumps(body).encode()
        lines = [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        lines += [f"content-length: {len(payload)}", "", ""]
        self.writer.write(
            f"HTTP/1.1 {status} X\r\n".encode() + "\r\n".join(lines).encode() + payload
        )

    def hang_up(self) -> None:
        """Drop the connection without a word."""
        self.writer.transport.abort()


class Loopback:
    """The server: its address and the calls it got."""

    def __init__(self) -> None:
        self.address = ""
        self.calls: list[Call] = []
        self.called = asyncio.Event()


@asynccontextmanager
async def serving(behave: Behaviour) -> AsyncIterator[Loopback]:
    """Serve with one behaviour until the block ends."""
    loopback, tasks = Loopback(), set[asyncio.Task[None]]()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
                call = Call(head, b"", writer)
                call.body = await reader.readexactly(int(call.headers.get("content-length", 0)))
                loopback.calls.append(call)
                loopback.called.set()
                await behave(call)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            writer.close()

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    loopback.address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield loopback
    finally:
        server.close()
        for task in tasks:
            task.cancel()


async def hanging_up(call: Call) -> None:
    """Read the request, then drop the connection."""
    call.hang_up()


async def stalling(_call: Call) -> None:
    """Read the request and never answer."""
    await asyncio.Event().wait()


def answering(status: int, body: Any = b"", **headers: str) -> Behaviour:
    """Give the same answer to every request."""

    async def answer(call: Call) -> None:
        call.answer(status, body, **headers)

    return answer


async def pieces(*chunks: bytes) -> AsyncIterator[bytes]:
    """A file that comes in these chunks."""
    for chunk in chunks:
        yield chunk
