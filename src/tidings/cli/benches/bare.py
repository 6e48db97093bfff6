"""The bare limit: the same server and the same insert, without the product.

Run as `python -m tidings.cli.benches.bare PORT URL`. Every POST is written down in a group
commit and answered; nothing is checked or looked up.
"""

import sys
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from uuid import UUID

import uvicorn

from tidings.store.database import Database
from tidings.store.group_commit import GroupCommit
from tidings.store.inbox import Received, insert_received
from tidings.store.query import execute

NOBODY = UUID(int=0)

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


class Bare:
    """An ASGI application that only writes bodies down."""

    def __init__(self, url: str) -> None:
        self._database = Database(url, pool_size=6)
        self._group: GroupCommit[Received, None] = GroupCommit(self._write)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
            return
        if scope["method"] == "POST":
            body = (await receive())["body"]
            await self._group.submit(Received("bare", NOBODY, 255, body))
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"ok"})

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        await self._database.open()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await self._database.close()
        await send({"type": "lifespan.shutdown.complete"})

    async def _write(self, batch: list[Received]) -> list[None]:
        async with self._database.connection() as connection:
            await execute(connection, insert_received(batch))
        return [None] * len(batch)


if __name__ == "__main__":
    uvicorn.run(
        Bare(sys.argv[2]),
        host="127.0.0.1",
        port=int(sys.argv[1]),
        loop="uvloop",
        http="httptools",
        access_log=False,
        log_level="warning",
    )
