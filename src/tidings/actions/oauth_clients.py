"""OAuth clients: create, change, rotate, revoke; and proving one at the token endpoint (A2).

A client belongs to the organization, so the right to manage it must be held in all divisions;
and nobody gives one more than they hold themselves, or takes over one that holds more.
"""

import hmac
import secrets
from hashlib import sha256
from typing import Final
from uuid import UUID

import msgspec

from tidings.actions.changes import Subject, record_change
from tidings.actions.grants import RoleIn, grant_roles, replace_roles
from tidings.actions.names import check_name
from tidings.actions.ranks import grants_of
from tidings.domain.errors import absent, conflict, invalid, stale_version
from tidings.domain.permissions import ALL_DIVISIONS, Caller
from tidings.store import oauth_clients as store
from tidings.store.grants import SubjectRow, delete_grants_of
from tidings.store.ids import new_id
from tidings.store.query import Connection, execute, fetch_one, fetch_optional
from tidings.store.tokens import delete_tokens_of

CLIENT_CREDENTIALS: Final = "CLIENT-CREDENTIALS"
SHORTEST_LIFETIME_S: Final = 300
LONGEST_LIFETIME_S: Final = 172_800
DEFAULT_LIFETIME_S: Final = 86_400
MOST_CLIENTS: Final = 1_000


class ClientDraft(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked for of a client; None keeps what is, or takes the default."""

    name: str | None = None
    description: str | None = None
    grant_type: str | None = None
    token_lifetime_s: int | None = None
    state: str | None = None
    roles: list[RoleIn] | None = None
    version: int | None = None


class NewSecret(msgspec.Struct, frozen=True):
    """A client with its secret, which is told once and never again."""

    client: store.OAuthClientRow
    secret: str


async def create_client(connection: Connection, caller: Caller, draft: ClientDraft) -> NewSecret:
    """Create a client with its roles; its secret is in the answer and nowhere else."""
    caller.require("oauth:client:add", ALL_DIVISIONS)
    total = await fetch_one(connection, store.count_clients(caller.organization_id))
    if total.count >= MOST_CLIENTS:
        raise conflict("client.limit", f"An organization has at most {MOST_CLIENTS} clients.")
    secret = new_secret()
    client = await fetch_one(
        connection,
        store.insert_client(
            caller.organization_id,
            new_id(),
            name=check_name(draft.name),
            description=draft.description or "",
            grant_type=check_grant_type(draft.grant_type),
            secret_hash=hash_secret(secret),
            token_lifetime_s=check_lifetime(draft.token_lifetime_s),
            state=check_state(draft.state or "active"),
            created_by=caller.id if caller.kind == "user" else None,
        ),
    )
    await record_change(connection, caller, "create", _changed(client), after=client)
    await grant_roles(connection, caller, _subject(client), draft.roles or [])
    return NewSecret(client, secret)


async def access_client(
    connection: Connection, caller: Caller, client_id: UUID
) -> store.OAuthClientRow:
    """The client, or a 404."""
    client = await fetch_optional(
        connection, store.select_client(caller.organization_id, client_id)
    )
    if client is None:
        raise absent("OAuth client", client_id)
    return client


async def change_client(
    connection: Connection, caller: Caller, client_id: UUID, draft: ClientDraft
) -> store.OAuthClientRow:
    """Change a client, and its roles when they are given; inactive revokes its tokens at once."""
    before = await access_client(connection, caller, client_id)
    caller.require("oauth:client:edit", ALL_DIVISIONS)
    check_grant_type(draft.grant_type or before.grant_type)
    asked_s = draft.token_lifetime_s
    lifetime_s = before.token_lifetime_s if asked_s is None else check_lifetime(asked_s)
    after = await fetch_optional(
        connection,
        store.update_client(
            caller.organization_id,
            client_id,
            name=before.name if draft.name is None else check_name(draft.name),
            description=before.description if draft.description is None else draft.description,
            token_lifetime_s=lifetime_s,
            state=check_state(draft.state or before.state),
            version=before.version if draft.version is None else draft.version,
        ),
    )
    if after is None:
        raise stale_version("OAuth client", sent=draft.version, current=before.version)
    if draft.roles is not None:
        await replace_roles(connection, caller, _subject(after), draft.roles)
    if after.state != "active":
        await execute(connection, delete_tokens_of(caller.organization_id, client_id))
    await record_change(connection, caller, "update", _changed(after), before=before, after=after)
    return after


async def rotate_secret(connection: Connection, caller: Caller, client_id: UUID) -> NewSecret:
    """Give a client a new secret. The old one, and tokens got with it, are worth nothing."""
    before = await access_client(connection, caller, client_id)
    caller.require("oauth:client:edit", ALL_DIVISIONS)
    caller.require_cover(await grants_of(connection, caller, client_id))
    secret = new_secret()
    after = await fetch_one(
        connection, store.update_secret(caller.organization_id, client_id, hash_secret(secret))
    )
    await execute(connection, delete_tokens_of(caller.organization_id, client_id))
    await record_change(
        connection, caller, "rotate_secret", _changed(after), before=before, after=after
    )
    return NewSecret(after, secret)


async def delete_client(connection: Connection, caller: Caller, client_id: UUID) -> None:
    """Delete a client; its tokens stop at once (A2)."""
    before = await access_client(connection, caller, client_id)
    caller.require("oauth:client:delete", ALL_DIVISIONS)
    await execute(connection, store.erase_client(caller.organization_id, client_id))
    await execute(connection, delete_grants_of(caller.organization_id, client_id))
    await execute(connection, delete_tokens_of(caller.organization_id, client_id))
    await record_change(connection, caller, "delete", _changed(before), before=before)


def check_grant_type(grant_type: str | None) -> str:
    """CLIENT-CREDENTIALS; 400 names what is supported otherwise."""
    if (grant_type or "").upper() != CLIENT_CREDENTIALS:
        raise invalid(
            "authorizedGrantType",
            f"authorizedGrantType {grant_type or '(none)'} is not supported; "
            f"{CLIENT_CREDENTIALS} is.",
        )
    return CLIENT_CREDENTIALS


def check_lifetime(seconds: int | None) -> int:
    """A token lifetime of five minutes to two days (default a day); 400 otherwise."""
    seconds = DEFAULT_LIFETIME_S if seconds is None else seconds
    if not SHORTEST_LIFETIME_S <= seconds <= LONGEST_LIFETIME_S:
        raise invalid(
            "accessTokenValiditySeconds",
            f"A token is valid for {SHORTEST_LIFETIME_S} to {LONGEST_LIFETIME_S} seconds.",
        )
    return seconds


def check_state(state: str) -> str:
    """active or inactive (which the contract also spells disabled); 400 otherwise."""
    state = "inactive" if state == "disabled" else state
    if state not in ("active", "inactive"):
        raise invalid("state", "A client's state is active or inactive.")
    return state


def new_secret() -> str:
    """A secret of 32 random bytes, which cannot be guessed and needs no slow hash."""
    return secrets.token_urlsafe(32)


def hash_secret(secret: str) -> bytes:
    """What is stored of a secret."""
    return sha256(secret.encode()).digest()


def secret_fits(client: store.ClientSecretRow, secret: str) -> bool:
    """Whether this is the client's secret, in a time that does not tell how much of it fits."""
    return hmac.compare_digest(client.secret_hash, hash_secret(secret))


def _subject(client: store.OAuthClientRow) -> SubjectRow:
    return SubjectRow(client.id, "client", client.name, client.version)


def _changed(client: store.OAuthClientRow) -> Subject:
    return Subject("oauth_client", client.id, client.name)
