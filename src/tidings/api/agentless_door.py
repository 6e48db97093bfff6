"""The quick door for notifications: what can be accepted at once goes past the framework.

It reads a request the way the route does and hands it to the same group commit. Whatever it
cannot make sense of (no bearer token, a missing permission, a field that does not fit) it leaves
to the framework's route, which gets the request untouched and answers as for every other route.
"""

import hashlib
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import msgspec

from tidings.actions.send_message import Answered, Result
from tidings.api.auth import Identities
from tidings.api.errors import answer_error
from tidings.api.outgoing import Outgoing
from tidings.api.replay import RequestKey, key_of
from tidings.api.v2.agentless import PERMISSION, AgentlessBody, read_intent, render_queued
from tidings.domain.errors import Rejection
from tidings.domain.sending import Intent
from tidings.settings import Settings
from tidings.store.database import UNAVAILABLE

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Any, Any, Any], Awaitable[None]]

DOOR = "/api/v2/conversations/messages/agentless"
BODY = msgspec.json.Decoder(AgentlessBody)
NOT_HERE = (Rejection, msgspec.MsgspecError, UnicodeError, RecursionError, *UNAVAILABLE)


class AgentlessDoor:
    """POST of one notification; `route` is the framework, for all that is not plain."""

    def __init__(
        self, settings: Settings, identities: Identities, outgoing: Outgoing, *, route: Application
    ) -> None:
        self._settings = settings
        self._identities = identities
        self._outgoing = outgoing
        self._route = route

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request to DOOR."""
        first = await receive()
        intent = None
        if scope["method"] == "POST" and not first.get("more_body"):
            intent = await self._read(scope, first.get("body", b""))
        if intent is None:
            await self._route(scope, _again(first, receive), send)
            return
        try:
            result = await self._outgoing.send(intent)
            if isinstance(result, Rejection):
                raise result
        except Exception as error:
            await answer_error(error, scope, receive, send)
            return
        answer = result.answer if isinstance(result, Answered) else render_queued(result)
        headers = _answer_headers(result, answer)
        await send({"type": "http.response.start", "status": 202, "headers": headers})
        await send({"type": "http.response.body", "body": answer})

    async def _read(self, scope: Scope, body: bytes) -> Intent | None:
        """The wish in a request, counted against its sender's budget; None: not for this door."""
        headers = dict(scope["headers"])
        bearer: bytes = headers.get(b"authorization", b"")
        if bearer[:7].lower() != b"bearer " or not _is_json(headers.get(b"content-type", b"")):
            return None
        try:
            identity = await self._identities.identify(bearer[7:].strip().decode("latin-1"))
            if identity.row.kind == "session" or not identity.caller.may(PERMISSION):
                return None
            key = self._key(scope, body, headers.get(b"idempotency-key"))
            intent = read_intent(BODY.decode(body), identity.caller, key)
            scope["rate_headers"] = self._identities.count(identity)
        except NOT_HERE:
            return None
        return intent

    def _key(self, scope: Scope, body: bytes, given: bytes | None) -> RequestKey | None:
        path = scope["raw_path"] + b"?" + scope["query_string"]
        digest = hashlib.sha256(b"POST " + path + b"\n" + body).digest()
        return key_of(None if given is None else given.decode("latin-1"), self._settings, digest)


def _answer_headers(result: Result, answer: bytes) -> list[tuple[bytes, bytes]]:
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(answer))]
    if isinstance(result, Answered):
        headers.append((b"idempotency-replayed", b"true"))
    return headers


def _is_json(content_type: bytes) -> bool:
    return content_type.lower().startswith(b"application/json")


def _again(first: Message, receive: Receive) -> Receive:
    """A receive that gives the message already read once more, then the rest."""
    waiting = [first]

    async def receive_again() -> Message:
        return waiting.pop() if waiting else await receive()

    return receive_again
