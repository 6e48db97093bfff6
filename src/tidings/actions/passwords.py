"""Passwords: which are good enough, their hashes, and changing them."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Final
from uuid import UUID

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from tidings.actions.changes import record_change
from tidings.actions.throttle import Throttle
from tidings.actions.users import access_user, require_rank, subject_of
from tidings.domain.errors import Rejection, invalid
from tidings.domain.permissions import Caller
from tidings.store import logins as store
from tidings.store.database import Database
from tidings.store.query import Connection, execute, fetch_one
from tidings.store.tokens import delete_tokens_of
from tidings.store.users import UserRow

SHORTEST: Final = 12
LONGEST: Final = 1_000
# The hash of a password that nobody knows: verifying it takes as long as a real one.
NOBODY: Final = (
    "$argon2id$v=19$m=65536,t=3,p=4$+3ZMUf9pxMpPIxDN9FoyDA$"
    "AG80TiYr/FsIji7s1aXmAhGYWvKXNc5sm3fFshDCnkw"
)
_hasher: Final = PasswordHasher()
# Two at a time: each hash takes 64 MB and a core, and requests must still be answered.
_threads: Final = ThreadPoolExecutor(max_workers=2, thread_name_prefix="password")


def check_password(password: str | None, field: str = "password") -> str:
    """A password that is long enough; 400 names the field otherwise."""
    if password is None or len(password) < SHORTEST:
        raise invalid(
            field,
            f"A password has at least {SHORTEST} characters.",
            code="constraint.validation",
        )
    if len(password) > LONGEST:
        raise invalid(field, f"A password has at most {LONGEST} characters.")
    return password


async def hash_password(password: str) -> str:
    """The argon2id hash of a password, made off the event loop."""
    return await asyncio.get_running_loop().run_in_executor(_threads, _hasher.hash, password)


async def verify_password(password_hash: str | None, password: str) -> bool:
    """Whether a password fits. Without a hash (nobody, or no password yet) it takes as long."""
    fits = await asyncio.get_running_loop().run_in_executor(
        _threads, _fits, password_hash or NOBODY, password
    )
    return fits and password_hash is not None


def _fits(password_hash: str, password: str) -> bool:
    try:
        return _hasher.verify(password_hash, password)
    except (VerifyMismatchError, InvalidHashError):
        return False


async def set_password(
    connection: Connection, caller: Caller, user_id: UUID, password_hash: str
) -> None:
    """Give somebody of no higher rank a new password; they are signed out everywhere."""
    user = await access_user(connection, caller, user_id, permission="directory:user:setPassword")
    await require_rank(connection, caller, user_id)
    await _write(connection, caller, user, password_hash)


async def change_own_password(
    database: Database, caller: Caller, *, old: str, new: str, throttle: Throttle
) -> None:
    """Change one's own password, proving the old one; one is signed out everywhere.

    Wrong old passwords count as failed log-ins, so a stolen session cannot guess either.
    """
    check_password(new, "newPassword")
    async with database.transaction(caller.organization_id) as connection:
        account = await fetch_one(
            connection, store.select_account(caller.organization_id, caller.id)
        )
    key = f"account:{account.email.lower()}"
    await throttle.check(key)
    if not await verify_password(account.password_hash, old):
        await throttle.failed(key)
        raise wrong_password()
    password_hash = await hash_password(new)
    async with database.transaction(caller.organization_id) as connection:
        user = await access_user(connection, caller, caller.id)
        await _write(connection, caller, user, password_hash)


def wrong_password() -> Rejection:
    """A 400: 401 would tell the console that the session is over."""
    return invalid("oldPassword", "That is not your present password.", code="bad.credentials")


async def _write(connection: Connection, caller: Caller, user: UserRow, password_hash: str) -> None:
    await execute(connection, store.update_password(caller.organization_id, user.id, password_hash))
    await execute(connection, delete_tokens_of(caller.organization_id, user.id))
    await record_change(connection, caller, "set_password", subject_of(user))
