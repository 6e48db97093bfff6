"""The second factor: a six-digit code from the person's phone (RFC 6238), each used once."""

import time
from typing import Final
from uuid import UUID

import msgspec
import pyotp

from tidings.actions.changes import record_change
from tidings.actions.users import access_user, require_rank, subject_of
from tidings.domain.errors import Kind, Rejection, conflict, invalid
from tidings.domain.permissions import Caller
from tidings.store import logins as store
from tidings.store.query import Connection, execute, fetch_one, fetch_optional
from tidings.store.secret_box import SecretBox

PERIOD_S: Final = 30
# A phone's clock may be off by one period either way.
DRIFT: Final = (0, -1, 1)


class Enrolment(msgspec.Struct, frozen=True):
    """A secret for the person's phone, as text and as the address in the QR code."""

    secret: str
    uri: str


async def enrol(connection: Connection, caller: Caller, box: SecretBox) -> Enrolment:
    """Make a secret that becomes the second factor once a code of it is confirmed."""
    account = await fetch_one(connection, store.select_account(caller.organization_id, caller.id))
    secret = pyotp.random_base32()
    sealed = box.seal({"totp": secret}, organization_id=caller.organization_id, owner_id=caller.id)
    await execute(connection, store.set_totp_pending(caller.organization_id, caller.id, sealed))
    uri = pyotp.TOTP(secret).provisioning_uri(
        name=account.email, issuer_name=f"Tidings {account.organization_name}"
    )
    return Enrolment(secret, uri)


async def confirm(connection: Connection, caller: Caller, box: SecretBox, code: str) -> None:
    """Turn the second factor on with a code of the pending secret; 400 when it does not fit."""
    account = await fetch_one(connection, store.select_account(caller.organization_id, caller.id))
    if account.totp_pending is None:
        raise conflict("totp.not.enrolled", "Ask for a secret first: POST /users/me/totp.")
    sealed = account.totp_pending
    step = _fitting_step(box, account, sealed=sealed, code=code)
    if step is None or not await fetch_optional(
        connection,
        store.confirm_totp(caller.organization_id, caller.id, sealed=sealed, step=step),
    ):
        raise invalid("code", "The code does not fit; type the newest one.", code="totp.invalid")
    user = await access_user(connection, caller, caller.id)
    await record_change(connection, caller, "enable_totp", subject_of(user))


async def disable(connection: Connection, caller: Caller, box: SecretBox, code: str) -> None:
    """Take one's own second factor away, proving it once more; 400 when the code does not fit."""
    account = await fetch_one(connection, store.select_account(caller.organization_id, caller.id))
    if not await accept_code(connection, box, account, code):
        raise invalid("code", "The code does not fit; type the newest one.", code="totp.invalid")
    await execute(connection, store.clear_totp(caller.organization_id, caller.id))
    user = await access_user(connection, caller, caller.id)
    await record_change(connection, caller, "disable_totp", subject_of(user))


async def disable_for(connection: Connection, caller: Caller, user_id: UUID) -> None:
    """Take the second factor of somebody who lost their phone away."""
    user = await access_user(connection, caller, user_id, permission="directory:user:setPassword")
    await require_rank(connection, caller, user_id)
    await execute(connection, store.clear_totp(caller.organization_id, user_id))
    await record_change(connection, caller, "disable_totp", subject_of(user))


async def accept_code(
    connection: Connection, box: SecretBox, account: store.AccountRow, code: str
) -> bool:
    """Whether a code is right now and was not used before; it is used up by this."""
    if account.totp_secret is None:
        return False
    step = _fitting_step(box, account, sealed=account.totp_secret, code=code)
    if step is None:
        return False
    taken = await fetch_optional(
        connection, store.take_totp_step(account.organization_id, account.user_id, step)
    )
    return taken is not None


def totp_required() -> Rejection:
    """A 401: the password was right, now the code is asked for."""
    return Rejection(
        Kind.UNAUTHENTICATED, "totp.required", "Type the code that your phone shows for Tidings."
    )


def totp_invalid() -> Rejection:
    """A 401: the password was right, the code was not."""
    return Rejection(
        Kind.UNAUTHENTICATED,
        "totp.invalid",
        "The code does not fit or was used already; wait for the next one.",
    )


def _fitting_step(
    box: SecretBox, account: store.AccountRow, *, sealed: bytes, code: str
) -> int | None:
    opened = box.open(sealed, organization_id=account.organization_id, owner_id=account.user_id)
    totp = pyotp.TOTP(opened["totp"])
    now = int(time.time()) // PERIOD_S
    code = "".join(code.split())
    for drift in DRIFT:
        if pyotp.utils.strings_equal(code, totp.at((now + drift) * PERIOD_S)):
            return now + drift
    return None
