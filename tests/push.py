"""Listening on notification channels of a real server."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from websockets.asyncio.client import ClientConnection, connect

from tests.api_client import Answer, Api
from tests.serving import Server
from tests.world import Actor
from tidings.store.database import Database
from tidings.store.events import insert_event
from tidings.store.query import execute

CHANNELS = "/api/v2/notifications/channels"
MESSAGES = "v2.tidings.messages"


async def open_channel(api: Api, *topics: str) -> str:
    """A new channel of whoever `api` speaks for, with these topics."""
    answer = await api.post(CHANNELS)
    assert answer.status == 200, answer
    channel_id: str = answer.json()["id"]
    answer = await subscribe(api, channel_id, *topics)
    assert answer.status == 200, answer
    return channel_id


async def subscribe(api: Api, channel_id: str, *topics: str, **query: str) -> Answer:
    """Listen to more topics."""
    path = f"{CHANNELS}/{channel_id}/subscriptions"
    return await api.post(path, [{"id": each} for each in topics], params=query)


async def announce(
    database: Database, actor: Actor, kind: str, *, entity_id: UUID | None = None, **body: Any
) -> None:
    """An event of the actor's organization, written as every action writes its own."""
    event = insert_event(actor.organization_id, kind, body=body, entity_id=entity_id)
    async with database.transaction() as connection:
        await execute(connection, event)


class Ear:
    """One open socket."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket

    async def frame(self, topic: str, seconds: float = 30.0) -> dict[str, Any]:
        """The next frame of a topic; others are passed over."""
        async with asyncio.timeout(seconds):
            while True:
                frame: dict[str, Any] = json.loads(await self.socket.recv())
                if frame.get("topicName") == topic:
                    return frame

    async def ask(self, message: str, **said: Any) -> dict[str, Any]:
        """Say something, and the next that is heard."""
        await self.socket.send(json.dumps({"message": message, **said}))
        async with asyncio.timeout(30):
            answer: dict[str, Any] = json.loads(await self.socket.recv())
            return answer


@asynccontextmanager
async def listening(server: Server, channel_id: str) -> AsyncIterator[Ear]:
    """A socket on a channel."""
    address = f"ws://{urlsplit(server.address).netloc}{CHANNELS}/{channel_id}/socket"
    async with connect(address, compression=None, ping_interval=None) as socket:
        yield Ear(socket)
