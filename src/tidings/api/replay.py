"""One answer for one request: Idempotency-Key, and the guard against replays without one.

The official Python SDK sends a POST again when the connection drops, so each creating or
sending POST runs through `Once`: its answer is stored in the same transaction as its effect,
and the same request by the same client gets that answer again.
"""

import hashlib
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any, TypeVar

import msgspec
from litestar import Request, Response

from tidings.domain.errors import Kind, Rejection, key_reused
from tidings.domain.permissions import Caller
from tidings.settings import Settings
from tidings.store.database import Database
from tidings.store.idempotency import Claim, claim_key, select_answer, store_answer
from tidings.store.query import Connection, execute, fetch_one, fetch_optional

Result = TypeVar("Result")
LONGEST_KEY = 255
GUARD = "same:"


class RequestKey(msgspec.Struct, frozen=True):
    """Under which key a request's answer is kept, the hash of what it said, and for how long."""

    key: str
    request_hash: bytes
    keep: timedelta


class Once:
    """The dependency `once`: runs an action at most once for a request and its replays."""

    def __init__(self, database: Database, caller: Caller, *, key: RequestKey | None) -> None:
        self._database = database
        self._caller = caller
        self._key = key

    async def __call__(
        self,
        action: Callable[[Connection], Awaitable[Result]],
        view: Callable[[Result], Any],
        *,
        status: int = 200,
        is_step: bool = False,
    ) -> Response[Any]:
        """Run the action in one transaction and answer with its view, or replay the answer.

        `is_step`: what it changes may have moved on and back since, such as who has a conversation,
        so the same request is a replay only with its Idempotency-Key.

        Raises a 422 when the Idempotency-Key was used for another request. An action that
        raises leaves nothing behind, the key included, so it can be tried again.
        """
        key = self._key
        if is_step and key is not None and key.key.startswith(GUARD):
            key = None
        async with self._database.transaction(self._caller.organization_id) as connection:
            if key is not None:
                answered = await self._claim(connection, key)
                if answered is not None:
                    return answered
            answer = msgspec.json.encode(view(await action(connection)))
            if key is not None:
                await execute(
                    connection,
                    store_answer(self._caller, key.key, status=status, answer=answer),
                )
        return Response(answer, status_code=status, media_type="application/json")

    async def _claim(self, connection: Connection, key: RequestKey) -> Response[bytes] | None:
        claim = Claim(key.key, key.request_hash, key.keep)
        if await fetch_optional(connection, claim_key(self._caller, claim)) is not None:
            return None
        first = await fetch_one(connection, select_answer(self._caller, key.key))
        check_same_request(first.request_hash, key.request_hash)
        return Response(
            first.answer or b"",
            status_code=first.status or 200,
            media_type="application/json",
            headers={"Idempotency-Replayed": "true"},
        )


def check_same_request(first: bytes, now: bytes) -> None:
    """A key belongs to one request; 422 when another comes with it (A11)."""
    if first != now:
        raise key_reused()


async def read_request_key(
    request: Request[Any, Any, Any], settings: Settings
) -> RequestKey | None:
    """The key of a request whose body fits into memory, hashed whole."""
    body = await request.body()
    path = request.scope["raw_path"] + b"?" + request.scope["query_string"]
    digest = hashlib.sha256(request.method.encode() + b" " + path + b"\n" + body).digest()
    return request_key(request, settings, digest)


def request_key(
    request: Request[Any, Any, Any], settings: Settings, digest: bytes
) -> RequestKey | None:
    """The key of a request with the digest of what it says."""
    return key_of(request.headers.get("idempotency-key"), settings, digest)


def key_of(given: str | None, settings: Settings, digest: bytes) -> RequestKey | None:
    """The Idempotency-Key given, else (within the guard's time) the hash of the request."""
    if given is not None:
        if not 0 < len(given) <= LONGEST_KEY:
            raise Rejection(
                Kind.INVALID,
                "invalid.value",
                f"Idempotency-Key has 1 to {LONGEST_KEY} characters.",
            )
        return RequestKey(f"key:{given}", digest, timedelta(hours=settings.idempotency_hours))
    if settings.replay_guard_seconds:
        keep = timedelta(seconds=settings.replay_guard_seconds)
        return RequestKey(f"{GUARD}{digest.hex()}", digest, keep)
    return None


async def read_once(
    request: Request[Any, Any, Any], caller: Caller, database: Database, settings: Settings
) -> Once:
    """The dependency `once`."""
    return Once(database, caller, key=await read_request_key(request, settings))
