"""What proves a person, over the API: passwords and the second factor."""

from typing import Annotated, Any
from uuid import UUID

import segno
from litestar import Request, Router, delete, post, put
from litestar.params import QueryParameter

from tidings.actions import passwords, totp
from tidings.actions.throttle import Throttle
from tidings.api.auth import forget_token, needs, signed_in
from tidings.api.v2.users import PATH, require_person
from tidings.api.views import Body, View
from tidings.domain.permissions import Caller
from tidings.settings import Settings
from tidings.store.database import Database
from tidings.store.secret_box import SecretBox


class NewPassword(Body):
    """Somebody else's new password."""

    new_password: str


class OwnNewPassword(Body):
    """One's own new password, with the old one."""

    new_password: str
    old_password: str


class EnrolmentView(View):
    """A secret for the phone: as text, as an address, and as a QR code (SVG)."""

    secret: str
    uri: str
    qr_code: str


class CodeBody(Body):
    """The code that the phone shows now."""

    code: str


@post("/{user_id:uuid}/password", guards=[needs("directory:user:setPassword")], status_code=204)
async def set_password(
    user_id: UUID, data: NewPassword, caller: Caller, database: Database
) -> None:
    """Give somebody a new password; they are signed out everywhere."""
    password = passwords.check_password(data.new_password, "newPassword")
    password_hash = await passwords.hash_password(password)
    async with database.transaction(caller.organization_id) as connection:
        await passwords.set_password(connection, caller, user_id, password_hash)


@post("/me/password", guards=[signed_in()], status_code=204)
async def change_own_password(
    data: OwnNewPassword,
    request: Request[Any, Any, Any],
    caller: Caller,
    database: Database,
    settings: Settings,
) -> None:
    """Change one's own password; one is signed out everywhere and logs in with the new one."""
    require_person(caller)
    await passwords.change_own_password(
        database,
        caller,
        old=data.old_password,
        new=data.new_password,
        throttle=Throttle(database, settings),
    )
    forget_token(request)


@post("/me/totp", guards=[signed_in()], status_code=200)
async def enrol_totp(caller: Caller, database: Database, secrets: SecretBox) -> EnrolmentView:
    """Begin with a second factor: a secret for the phone, to be confirmed with a code of it."""
    require_person(caller)
    async with database.transaction(caller.organization_id) as connection:
        enrolment = await totp.enrol(connection, caller, secrets)
    drawing = segno.make(enrolment.uri, error="m").svg_inline(scale=4, border=4)
    return EnrolmentView(secret=enrolment.secret, uri=enrolment.uri, qr_code=drawing)


@put("/me/totp", guards=[signed_in()], status_code=204)
async def confirm_totp(
    data: CodeBody, caller: Caller, database: Database, secrets: SecretBox
) -> None:
    """Turn the second factor on, with a code of the new secret."""
    require_person(caller)
    async with database.transaction(caller.organization_id) as connection:
        await totp.confirm(connection, caller, secrets, data.code)


@delete("/me/totp", guards=[signed_in()], status_code=204)
async def disable_totp(
    caller: Caller,
    database: Database,
    secrets: SecretBox,
    code: Annotated[str, QueryParameter(name="code")],
) -> None:
    """Turn one's own second factor off, proving it once more with `code`."""
    require_person(caller)
    async with database.transaction(caller.organization_id) as connection:
        await totp.disable(connection, caller, secrets, code)


@delete("/{user_id:uuid}/totp", guards=[needs("directory:user:setPassword")], status_code=204)
async def disable_totp_for(user_id: UUID, caller: Caller, database: Database) -> None:
    """Turn the second factor of somebody who lost their phone off."""
    async with database.transaction(caller.organization_id) as connection:
        await totp.disable_for(connection, caller, user_id)


profile_router = Router(
    PATH,
    route_handlers=[
        set_password,
        change_own_password,
        enrol_totp,
        confirm_totp,
        disable_totp,
        disable_totp_for,
    ],
    tags=["Users"],
)
