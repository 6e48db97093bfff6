"""A worker's own /healthz, /readyz and /metrics, for those who run it; no other path, no body.

A worker needs no web framework for three texts: this reads a request's first line, answers and
closes. It listens only where a port is set, and is not meant for the open network.
"""

import asyncio
import contextlib
from http import HTTPStatus

import structlog
from prometheus_client import CONTENT_TYPE_LATEST

from tidings.settings import Settings
from tidings.store.database import Database
from tidings.store.health import find_unready, render_metrics

log = structlog.get_logger()

PLAIN = "text/plain; charset=utf-8"
READ_SECONDS = 5.0
LONGEST_HEAD = 16_384
UNREADABLE = (TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, OSError)


async def operations_loop(database: Database, settings: Settings, stop: asyncio.Event) -> None:
    """Answer at the worker's own port until told to stop; nothing to do when none is set."""
    if not settings.worker_port:
        return

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(*UNREADABLE), contextlib.closing(writer):
            async with asyncio.timeout(READ_SECONDS):
                head = await reader.readuntil(b"\r\n\r\n")
            writer.write(await _respond(database, head))
            await writer.drain()

    server = await asyncio.start_server(
        answer, settings.worker_host, settings.worker_port, limit=LONGEST_HEAD
    )
    log.info("worker.listens", host=settings.worker_host, port=settings.worker_port)
    async with server:
        await stop.wait()


async def _respond(database: Database, head: bytes) -> bytes:
    method, _, rest = head.split(b"\r\n", 1)[0].partition(b" ")
    path = rest.split(b" ")[0].split(b"?")[0]
    if method != b"GET":
        return _render(HTTPStatus.METHOD_NOT_ALLOWED, b"only GET is answered here")
    if path == b"/metrics":
        return _render(HTTPStatus.OK, render_metrics(database), kind=CONTENT_TYPE_LATEST)
    if path == b"/healthz":
        return _render(HTTPStatus.OK, b"ok")
    if path == b"/readyz":
        reason = await find_unready(database)
        if reason is not None:
            return _render(HTTPStatus.SERVICE_UNAVAILABLE, reason.encode())
        return _render(HTTPStatus.OK, b"ready")
    return _render(HTTPStatus.NOT_FOUND, b"a worker answers /healthz, /readyz and /metrics")


def _render(status: HTTPStatus, body: bytes, *, kind: str = PLAIN) -> bytes:
    head = (
        f"HTTP/1.1 {status.value} {status.phrase}\r\nContent-Type: {kind}\r\n"
        f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    )
    return head.encode() + body
