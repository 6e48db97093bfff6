"""Tokens: the OAuth 2 token endpoint, and what one's own token is (A1, A2).

/oauth/token lies outside /api/v2, knows no session, and answers errors as OAuth 2 spells them.
"""

import base64
import binascii
from typing import Any
from urllib.parse import parse_qs, unquote_plus
from uuid import UUID

import msgspec
from litestar import Request, Response, Router, delete, get, head, post

from tidings.actions.oauth_clients import secret_fits
from tidings.actions.sessions import log_out
from tidings.actions.throttle import Throttle
from tidings.actions.tokens import issue_token
from tidings.api.auth import authenticate, forget_token, signed_in
from tidings.api.views import Ref, View
from tidings.domain.errors import Rejection
from tidings.domain.permissions import Caller
from tidings.settings import Settings
from tidings.store.database import Database
from tidings.store.oauth_clients import ClientSecretRow, select_secret
from tidings.store.organizations import select_organization
from tidings.store.query import fetch_one, fetch_optional

LONGEST_FORM = 10_000


class TokenAnswer(msgspec.Struct):
    """A new token."""

    access_token: str
    expires_in: int
    token_type: str = "bearer"  # noqa: S105


class TokenError(msgspec.Struct):
    """Why no token was given, as OAuth 2 and Genesys Cloud both spell it."""

    error: str
    description: str
    error_description: str


class ClientRef(View):
    """The OAuth client of a token."""

    id: str
    name: str


class TokenInfo(View):
    """What a token stands for."""

    organization: Ref
    home_organization: Ref
    authorized_scope: list[str]
    oauth_client: ClientRef | None = msgspec.field(default=None, name="OAuthClient")


class Credentials(msgspec.Struct, frozen=True):
    """What a client says about itself."""

    client_id: str
    secret: str


@post("/oauth/token", status_code=200, tags=["Tokens"])
async def give_token(
    request: Request[Any, Any, Any], database: Database, settings: Settings
) -> Response[bytes]:
    """Give a token for a client's id and secret (grant client_credentials).

    Wrong secrets are counted per client and then answered 429. The right one always passes: it
    cannot be guessed, and nobody shall lock a backend out by knowing its id.
    """
    form = await _read_form(request)
    if form is None or "grant_type" not in form:
        return _refuse("invalid_request", "send grant_type in a form-encoded body")
    if form["grant_type"] != "client_credentials":
        return _refuse("unsupported_grant_type", "the supported grant_type is client_credentials")
    credentials = _read_credentials(request, form)
    if credentials is None:
        return _refuse("invalid_client", "send the client's id and secret as Basic authorization")
    client = await _find(database, credentials.client_id)
    if client is None:
        return _refuse("invalid_client", "client not found")
    if not secret_fits(client, credentials.secret):
        return await _count_failure(Throttle(database, settings), client)
    if client.state != "active":
        return _refuse("invalid_client", "client is not active")
    return await _issue(database, client)


async def _find(database: Database, client_id: str) -> ClientSecretRow | None:
    try:
        identifier = UUID(client_id)
    except ValueError:
        return None
    async with database.connection() as connection:
        return await fetch_optional(connection, select_secret(identifier))


async def _count_failure(throttle: Throttle, client: ClientSecretRow) -> Response[bytes]:
    key = f"client:{client.id}"
    try:
        await throttle.check(key)
    except Rejection as blocked:
        return _refuse(
            "invalid_client",
            "too many failed attempts",
            status=429,
            headers={"Retry-After": str(blocked.retry_after_s)},
        )
    await throttle.failed(key)
    return _refuse("invalid_client", "authentication failed")


async def _issue(database: Database, client: ClientSecretRow) -> Response[bytes]:
    async with database.transaction(client.organization_id) as connection:
        token = await issue_token(
            connection,
            client.organization_id,
            kind="bearer",
            subject_kind="client",
            subject_id=client.id,
            lifetime_s=client.token_lifetime_s,
        )
    return _answer(TokenAnswer(token, client.token_lifetime_s), status=200)


async def _read_form(request: Request[Any, Any, Any]) -> dict[str, str] | None:
    body = await request.body()
    if len(body) > LONGEST_FORM:
        return None
    try:
        parsed = parse_qs(body.decode(), max_num_fields=20)
    except ValueError:
        return None
    return {name: values[0] for name, values in parsed.items()}


def _read_credentials(request: Request[Any, Any, Any], form: dict[str, str]) -> Credentials | None:
    scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        client_id, secret = form.get("client_id"), form.get("client_secret")
        return Credentials(client_id, secret) if client_id and secret else None
    try:
        client_id, _, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        return None
    return Credentials(unquote_plus(client_id), unquote_plus(secret))


def _refuse(
    error: str, description: str, *, status: int = 400, headers: dict[str, str] | None = None
) -> Response[bytes]:
    return _answer(TokenError(error, description, description), status=status, headers=headers)


def _answer(
    body: TokenAnswer | TokenError, *, status: int, headers: dict[str, str] | None = None
) -> Response[bytes]:
    return Response(
        msgspec.json.encode(body),
        status_code=status,
        media_type="application/json",
        headers={"Cache-Control": "no-store", **(headers or {})},
    )


@get("/me", guards=[signed_in()])
async def read_token(caller: Caller, database: Database) -> TokenInfo:
    """What this token stands for."""
    async with database.transaction(caller.organization_id) as connection:
        row = await fetch_one(connection, select_organization(caller.organization_id))
    organization = Ref(id=str(row.id), name=row.name)
    client = ClientRef(id=str(caller.id), name=caller.name) if caller.kind == "client" else None
    return TokenInfo(
        organization=organization,
        home_organization=organization,
        authorized_scope=[],
        oauth_client=client,
    )


@head("/me", guards=[signed_in()], status_code=200)
async def check_token(caller: Caller) -> None:
    """Whether this token is valid."""


@delete("/me", guards=[signed_in()], status_code=204)
async def delete_token(request: Request[Any, Any, Any], caller: Caller, database: Database) -> None:
    """Revoke this token."""
    token_hash = (await authenticate(request)).token_hash
    async with database.transaction(caller.organization_id) as connection:
        await log_out(connection, caller, token_hash)
    forget_token(request)


tokens_router = Router(
    "/api/v2/tokens",
    route_handlers=[read_token, check_token, delete_token],
    tags=["Tokens"],
)
