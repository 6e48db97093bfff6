"""Who calls: bearer tokens and console sessions, permissions of routes, the request budget.

A process trusts what it read about a token for less than a second, so revoking a client, a
session or a role acts on every process within one second.
"""

import hmac
import math
import time
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec
from litestar import Request
from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler

from tidings.actions.tokens import caller_of, hash_token, organization_of
from tidings.domain.errors import Kind, Rejection
from tidings.domain.permissions import Caller, missing_permission
from tidings.store.database import Database
from tidings.store.query import fetch_optional
from tidings.store.tokens import TokenRow, select_token

COOKIE = "tidings_session"
CSRF_HEADER = "x-csrf-token"
TRUST_SECONDS = 0.8
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
MOST_REMEMBERED = 50_000


class Identity(msgspec.Struct):
    """What a process remembers of one token for a moment, and its request count."""

    organization_id: UUID
    token_hash: bytes
    row: TokenRow
    caller: Caller
    known_at: float
    minute: int = 0
    count: int = 0


class Identities:
    """Tokens seen lately by this process."""

    def __init__(self, database: Database, *, requests_per_minute: int) -> None:
        self._database = database
        self._known: dict[str, Identity] = {}
        self._people: dict[tuple[UUID, UUID], float] = {}
        self.requests_per_minute = requests_per_minute

    async def identify(self, token: str) -> Identity:
        """Who stands behind a token; 401 when nobody does any more."""
        known = self._known.get(token)
        now = time.monotonic()
        if known is not None and now - known.known_at < TRUST_SECONDS:
            return known
        fresh = await self._read(token, now)
        if known is not None:
            fresh.minute, fresh.count = known.minute, known.count
        if len(self._known) >= MOST_REMEMBERED:
            self._known.clear()
        self._known[token] = fresh
        return fresh

    def take_people(self) -> dict[tuple[UUID, UUID], float]:
        """The people who asked for something since the last time, by organization and id.

        With each the moment of it, by the monotonic clock, a second early at most.
        """
        people, self._people = self._people, {}
        return people

    def forget(self, token: str) -> None:
        """Read this token anew at its next use."""
        self._known.pop(token, None)

    def count(self, identity: Identity) -> dict[str, str]:
        """Count one request and give the rate-limit headers; 429 beyond the budget."""
        now = time.time()
        minute = int(now // 60)
        if identity.minute != minute:
            identity.minute, identity.count = minute, 0
        identity.count += 1
        reset = math.ceil((minute + 1) * 60 - now)
        if identity.count > self.requests_per_minute:
            raise Rejection(
                Kind.BUSY,
                "too.many.requests",
                f"Rate limit exceeded the maximum. Retry the request in [{reset}] seconds: "
                f"[{self.requests_per_minute}] requests within [60] seconds.",
                params={"limit": str(self.requests_per_minute), "seconds": "60"},
                retry_after_s=reset,
            )
        return {
            "inin-ratelimit-count": str(identity.count),
            "inin-ratelimit-allowed": str(self.requests_per_minute),
            "inin-ratelimit-reset": str(reset),
        }

    async def _read(self, token: str, now: float) -> Identity:
        organization_id = organization_of(token)
        row = None
        if organization_id is not None:
            token_hash = hash_token(token)
            async with self._database.connection() as connection:
                row = await fetch_optional(connection, select_token(organization_id, token_hash))
        if row is None or organization_id is None:
            self._known.pop(token, None)
            raise Rejection(
                Kind.UNAUTHENTICATED,
                "bad.credentials",
                "The token is not valid: it expired, was revoked or never existed. Log in again.",
            )
        if row.subject_kind == "user":
            self._people[organization_id, row.subject_id] = now
        caller = caller_of(organization_id, row)
        return Identity(organization_id, token_hash, row, caller, now)


AnyConnection = ASGIConnection[Any, Any, Any, Any]


async def authenticate(connection: AnyConnection) -> Identity:
    """Find the caller of a request and remember it in the scope; 401 or 429 otherwise."""
    known = connection.scope.get("identity")
    if isinstance(known, Identity):
        return known
    token, by_cookie = _read_token(connection)
    identities: Identities = connection.app.state.identities
    identity = await identities.identify(token)
    if (identity.row.kind == "session") is not by_cookie:
        raise _unauthenticated()
    if by_cookie and connection.scope.get("method") not in SAFE_METHODS:
        _check_csrf(connection, identity)
    connection.scope["identity"] = identity  # type: ignore[typeddict-unknown-key]
    connection.scope["rate_headers"] = identities.count(identity)  # type: ignore[typeddict-unknown-key]
    return identity


def forget_token(connection: AnyConnection) -> None:
    """Read the token of this request anew at its next use: it was just revoked."""
    token, _ = _read_token(connection)
    identities: Identities = connection.app.state.identities
    identities.forget(token)


def _read_token(connection: AnyConnection) -> tuple[str, bool]:
    header = connection.headers.get("authorization", "")
    if header[:7].lower() == "bearer ":
        return header[7:].strip(), False
    cookie = connection.cookies.get(COOKIE)
    if cookie:
        return cookie, True
    raise _unauthenticated()


def _check_csrf(connection: AnyConnection, identity: Identity) -> None:
    sent = connection.headers.get(CSRF_HEADER, "")
    if not hmac.compare_digest(sent.encode(), identity.row.csrf_token.encode()):
        raise Rejection(
            Kind.FORBIDDEN,
            "csrf.token.invalid",
            "The X-CSRF-Token header is missing or not the session's; reload the page.",
        )


def _unauthenticated() -> Rejection:
    return Rejection(
        Kind.UNAUTHENTICATED,
        "authentication.required",
        "No authentication bearer token was sent; get one from POST /oauth/token.",
    )


class Needs:
    """A route's guard: any one of these permissions, in whichever division."""

    def __init__(self, permissions: Sequence[str]) -> None:
        self.permissions = tuple(permissions)

    async def __call__(self, connection: AnyConnection, _: BaseRouteHandler) -> None:
        """Raise 401 without a valid token, 403 naming what is missing."""
        identity = await authenticate(connection)
        if self.permissions and not any(map(identity.caller.may, self.permissions)):
            raise missing_permission(self.permissions)


def needs(*permissions: str) -> Needs:
    """The caller must hold one of these permissions somewhere; actions check the division."""
    return Needs(permissions)


def signed_in() -> Needs:
    """Any valid token will do."""
    return Needs(())


async def read_caller(request: Request[Any, Any, Any]) -> Caller:
    """The dependency `caller`, for routes that have a guard."""
    identity = await authenticate(request)
    return msgspec.structs.replace(
        identity.caller, correlation_id=str(request.scope.get("correlation_id", ""))
    )
