"""Log-in to the console: a session for a person who proves to be who they say."""

import secrets

import msgspec

from tidings.actions.changes import Subject, record_change
from tidings.actions.passwords import verify_password
from tidings.actions.throttle import Throttle
from tidings.actions.tokens import issue_token
from tidings.actions.totp import accept_code, totp_invalid, totp_required
from tidings.domain.errors import FieldError, Kind, Rejection
from tidings.domain.permissions import Caller
from tidings.store import logins as store
from tidings.store.database import Database
from tidings.store.query import Connection, execute, fetch
from tidings.store.secret_box import SecretBox
from tidings.store.tokens import delete_token


class Door(msgspec.Struct, frozen=True):
    """What log-in needs of the process."""

    database: Database
    throttle: Throttle
    box: SecretBox
    session_hours: int


class Attempt(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody at the door says, and the address they come from."""

    email: str
    password: str
    totp: str | None = None
    organization: str | None = None
    address: str = ""
    correlation_id: str = ""

    @property
    def account_key(self) -> str:
        """The throttle's key; the same whether there is such an account or not."""
        return f"account:{self.email.strip().lower()}"

    @property
    def keys(self) -> tuple[str, str]:
        """All keys that a failure counts for."""
        return self.account_key, f"address:{self.address}"


class SignedIn(msgspec.Struct, frozen=True):
    """A new session; the token is given once."""

    token: str
    csrf_token: str
    account: store.AccountRow


async def log_in(door: Door, attempt: Attempt) -> SignedIn:
    """Open a session. Raises 401, 409 or 429; unknown people and wrong passwords look alike.

    The brake is looked at again after the password was verified: of many guesses made at once,
    those that finish after the block began are turned away, right or wrong.
    """
    await door.throttle.check(*attempt.keys)
    async with door.database.connection() as connection:
        accounts = await fetch(
            connection, store.select_accounts(attempt.email.strip(), attempt.organization or None)
        )
    proven = await _proven(accounts, attempt.password)
    await door.throttle.check(*attempt.keys)
    if not proven:
        await door.throttle.failed(*attempt.keys)
        raise bad_credentials()
    if len(proven) > 1:
        raise organization_required(proven)
    return await _enter(door, attempt, proven[0])


async def log_out(connection: Connection, caller: Caller, token_hash: bytes) -> None:
    """End one session or token."""
    await execute(connection, delete_token(caller.organization_id, token_hash))


def bad_credentials() -> Rejection:
    """The 401 of log-in, which does not tell what was wrong."""
    return Rejection(
        Kind.UNAUTHENTICATED, "bad.credentials", "The e-mail address or the password is wrong."
    )


def organization_required(accounts: list[store.AccountRow]) -> Rejection:
    """A 409 naming the organizations; only somebody whose password fits them learns of them."""
    return Rejection(
        Kind.CONFLICT,
        "organization.required",
        "Your address exists in several organizations; say which one you mean.",
        fields=tuple(
            FieldError("organization.required", "organization", account.short_name)
            for account in accounts
        ),
    )


async def _proven(accounts: list[store.AccountRow], password: str) -> list[store.AccountRow]:
    if not accounts:
        await verify_password(None, password)
    return [each for each in accounts if await verify_password(each.password_hash, password)]


async def _enter(door: Door, attempt: Attempt, account: store.AccountRow) -> SignedIn:
    if account.totp_secret is not None:
        await _check_code(door, attempt, account)
    csrf_token = secrets.token_urlsafe(24)
    async with door.database.transaction(account.organization_id) as connection:
        token = await issue_token(
            connection,
            account.organization_id,
            kind="session",
            subject_kind="user",
            subject_id=account.user_id,
            lifetime_s=door.session_hours * 3600,
            csrf_token=csrf_token,
        )
        await execute(connection, store.update_last_login(account.organization_id, account.user_id))
        await _audit(connection, attempt, account)
    await door.throttle.succeeded(attempt.account_key)
    return SignedIn(token, csrf_token, account)


async def _check_code(door: Door, attempt: Attempt, account: store.AccountRow) -> None:
    if not attempt.totp:
        raise totp_required()
    async with door.database.transaction(account.organization_id) as connection:
        accepted = await accept_code(connection, door.box, account, attempt.totp)
    if not accepted:
        await door.throttle.failed(*attempt.keys)
        raise totp_invalid()


async def _audit(connection: Connection, attempt: Attempt, account: store.AccountRow) -> None:
    person = Caller(
        organization_id=account.organization_id,
        kind="user",
        id=account.user_id,
        name=account.user_name,
        grants=(),
        correlation_id=attempt.correlation_id,
    )
    subject = Subject("user", account.user_id, account.user_name)
    await record_change(connection, person, "log_in", subject)
