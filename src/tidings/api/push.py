"""The door of notification sockets: /api/v2/notifications/channels/{id}/socket.

The id of a channel is as secret as a token, and is all the proof there is: neither cookie nor
header is read, so no other site can use a person's session. Frames are as in the contract.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import msgspec

from tidings.actions.notifications import access_listener, subscribe
from tidings.actions.tokens import organization_of
from tidings.api.errors import STATUS
from tidings.api.push_hub import Hub
from tidings.api.push_socket import PONG, Socket
from tidings.domain.errors import Rejection
from tidings.store.database import UNAVAILABLE, Database

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

PATH = re.compile(r"/api/v2/notifications/channels/([\w-]{1,100})/socket")
REFUSED, TRY_AGAIN = 1008, 1013


class Said(msgspec.Struct):
    """What a client may say: `ping`, or `subscribe` with topics."""

    message: str
    topics: list[str] = []


class PushDoor:
    """Takes sockets, and feeds each from the hub."""

    def __init__(self, database: Database, hub: Hub) -> None:
        self._database = database
        self._hub = hub

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one socket from its first word to its last."""
        await receive()
        found = PATH.fullmatch(scope["path"])
        organization_id = organization_of(found[1]) if found else None
        if found is None or organization_id is None:
            await _refuse(send, REFUSED)
            return
        if self._hub.is_full:
            await _refuse(send, TRY_AGAIN)
            return
        try:
            socket = await self._hub.join(organization_id, found[1])
        except UNAVAILABLE:
            await _refuse(send, TRY_AGAIN)
            return
        if socket is None:
            await _refuse(send, REFUSED)
            return
        try:
            await send({"type": "websocket.accept"})
            await self._serve(socket, receive, send)
        finally:
            self._hub.leave(socket)

    async def _serve(self, socket: Socket, receive: Receive, send: Send) -> None:
        """Send and receive until one of the two is over."""
        both = [
            asyncio.create_task(_send_all(socket, send)),
            asyncio.create_task(self._receive_all(socket, receive)),
        ]
        try:
            await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in both:
                task.cancel()
            await asyncio.gather(*both, return_exceptions=True)

    async def _receive_all(self, socket: Socket, receive: Receive) -> None:
        while (message := await receive())["type"] == "websocket.receive":
            said = message.get("text") or message.get("bytes") or ""
            socket.put(await self._answer(socket, said))

    async def _answer(self, socket: Socket, text: str | bytes) -> str:
        try:
            said = msgspec.json.decode(text, type=Said)
        except (msgspec.DecodeError, UnicodeError):
            return _result(400, "The message is not JSON such as {'message': 'ping'}.")
        if said.message == "ping":
            return PONG
        if said.message != "subscribe":
            return _result(400, "A client says ping or subscribe.")
        try:
            return await self._subscribe(socket, said.topics)
        except Rejection as refusal:
            return _result(STATUS[refusal.kind], refusal.message)
        except UNAVAILABLE:
            return _result(503, "The database cannot be reached; try again.")

    async def _subscribe(self, socket: Socket, topics: list[str]) -> str:
        """Add topics to the channel, all or none."""
        async with self._database.transaction(socket.organization_id) as connection:
            listener = await access_listener(connection, socket.organization_id, socket.channel_id)
            if listener is None:
                return _result(401, "The channel is over; open another.")
            await subscribe(connection, listener.caller, socket.channel_id, topics, add=True)
        await self._hub.refresh(socket)
        return _result(200, None)


async def _send_all(socket: Socket, send: Send) -> None:
    while (text := await socket.next()) is not None:
        await send({"type": "websocket.send", "text": text})
    if socket.ending is not None:
        ending = socket.ending
        await send({"type": "websocket.close", "code": ending.code, "reason": ending.reason})


async def _refuse(send: Send, code: int) -> None:
    await send({"type": "websocket.close", "code": code})


def _result(status: int, message: str | None) -> str:
    said = {"result": str(status), "status": "subscribed" if message is None else "refused"}
    return msgspec.json.encode(said | ({} if message is None else {"message": message})).decode()
