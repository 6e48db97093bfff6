"""A thin client over the real ASGI application, who speaks for one of the cast at a time."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx

from tests.world import Actor
from tidings.api.application import Application


@asynccontextmanager
async def started(application: Application) -> AsyncIterator[Application]:
    """The application between its start and its stop.

    Both happen in one task of their own, as the framework demands: pytest runs the two halves
    of a fixture in different ones.
    """
    ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    stop = asyncio.Event()

    async def live() -> None:
        async with application.framework.lifespan():
            ready.set_result(None)
            await stop.wait()

    life = asyncio.create_task(live())
    await asyncio.wait([life, ready], return_when=asyncio.FIRST_COMPLETED)
    if life.done():
        await life
    try:
        yield application
    finally:
        stop.set()
        await life


class Answer:
    """What the application answered."""

    def __init__(self, response: httpx.Response) -> None:
        self.response = response
        self.status = response.status_code
        self.headers = response.headers
        self.text = response.text

    def json(self) -> Any:
        """The body, parsed."""
        return self.response.json()

    def __repr__(self) -> str:
        """Shown by pytest when an assertion about it fails."""
        return f"<{self.status} {self.text[:500]}>"


class Api:
    """Requests as one actor; `as_` gives another actor's, `as_(None)` a stranger's.

    Paths are whole, such as /api/v2/users. No cookie is remembered: send one as a header.
    """

    def __init__(self, client: httpx.AsyncClient, actor: Actor | None) -> None:
        self._client = client
        self.actor = actor

    def as_(self, actor: Actor | None) -> "Api":
        """The same application, asked by somebody else."""
        return Api(self._client, actor)

    async def get(self, path: str, **options: Any) -> Answer:
        """GET; options as httpx has them (params, headers)."""
        return await self.request("GET", path, **options)

    async def post(self, path: str, json: Any = None, **options: Any) -> Answer:
        """POST a JSON body; None is sent as `null`, as the official SDK does."""
        return await self.request("POST", path, json=json, **options)

    async def put(self, path: str, json: Any = None, **options: Any) -> Answer:
        """PUT a JSON body."""
        return await self.request("PUT", path, json=json, **options)

    async def patch(self, path: str, json: Any = None, **options: Any) -> Answer:
        """PATCH with a JSON body."""
        return await self.request("PATCH", path, json=json, **options)

    async def delete(self, path: str, **options: Any) -> Answer:
        """DELETE."""
        return await self.request("DELETE", path, **options)

    async def request(self, method: str, path: str, **options: Any) -> Answer:
        """Any request."""
        headers = dict(options.pop("headers", None) or {})
        if self.actor is not None:
            headers.setdefault("Authorization", f"Bearer {self.actor.token}")
        if method in ("POST", "PUT", "PATCH") and options.get("json") is None:
            options.pop("json", None)
            if not {"content", "data", "files"} & options.keys():
                options["content"] = b"null"
                headers.setdefault("Content-Type", "application/json")
        response = await self._client.request(method, path, headers=headers, **options)
        self._client.cookies.clear()
        return Answer(response)
