"""The public API as a careful client uses it: with a key, and again when the answer is unsure."""

import asyncio
import random
import time
from datetime import timedelta
from typing import Any
from uuid import uuid4

import msgspec
from pyreqwest.client import Client, ClientBuilder
from pyreqwest.exceptions import PyreqwestError

CALL_SECONDS = 15
PATIENCE_SECONDS = 90.0
AGAIN_SECONDS, AGAIN_AT_MOST_SECONDS = 0.3, 5.0
JSON = "application/json"


class Reply(msgspec.Struct, frozen=True):
    """An answer that settles the question: anything below 500 but 429."""

    status: int
    body: Any

    @property
    def ok(self) -> bool:
        """Whether it was done."""
        return 200 <= self.status < 300


class NoAnswer(Exception):
    """There was no settling answer, however often it was asked."""


def api_client(*, connections: int) -> Client:
    """A pool of connections for everybody; to be used as a context."""
    patience = timedelta(seconds=CALL_SECONDS)
    return ClientBuilder().timeout(patience).max_connections(connections).build()


class PublicApi:
    """One person's calls, and how many of them had to be repeated."""

    def __init__(self, client: Client, port: int, token: str) -> None:
        self._client = client
        self._base = f"http://127.0.0.1:{port}/api/v2"
        self._token = token
        self.calls = 0
        self.repeated = 0

    async def get(self, path: str) -> Reply:
        """Read."""
        return await self._settle("GET", path, None, key=None)

    async def patch(self, path: str, body: object) -> Reply:
        """Change; repeated it may be told that the change was made before (409)."""
        return await self._settle("PATCH", path, body, key=None)

    async def put(self, path: str, body: object) -> Reply:
        """Set."""
        return await self._settle("PUT", path, body, key=None)

    async def post(self, path: str, body: object = None, *, key: str | None = None) -> Reply:
        """Do once, however often it is asked: the key is the same, this one or a new one."""
        return await self._settle("POST", path, body, key=key or str(uuid4()))

    async def _settle(self, method: str, path: str, body: object, *, key: str | None) -> Reply:
        deadline = time.monotonic() + PATIENCE_SECONDS
        pause = AGAIN_SECONDS
        while time.monotonic() < deadline:
            reply = await self._ask(method, path, body, key)
            if reply is not None:
                return reply
            self.repeated += 1
            await asyncio.sleep(pause * random.uniform(0.5, 1.5))  # noqa: S311
            pause = min(2 * pause, AGAIN_AT_MOST_SECONDS)
        raise NoAnswer(f"{method} {path}")

    async def _ask(self, method: str, path: str, body: object, key: str | None) -> Reply | None:
        request = self._client.request(method, self._base + path).bearer_auth(self._token)
        if body is not None:
            request = request.header("content-type", JSON).body_bytes(msgspec.json.encode(body))
        if key is not None:
            request = request.header("idempotency-key", key)
        self.calls += 1
        try:
            response = await request.build().send()
            raw = bytes(await response.bytes())
        except PyreqwestError:
            return None
        if response.status >= 500 or response.status == 429:
            return None
        return Reply(response.status, msgspec.json.decode(raw) if raw else None)
