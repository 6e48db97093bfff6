"""People: create, change, deactivate, delete (P1)."""

import re
from typing import Any
from uuid import UUID

import msgspec
import psycopg

from tidings.actions.changes import Subject, record_change
from tidings.actions.divisions import choose_division
from tidings.actions.names import check_name
from tidings.actions.ranks import check_administrator_left, grants_of
from tidings.domain.errors import absent, conflict, invalid, stale_version
from tidings.domain.permissions import Caller, missing_permission
from tidings.store import users as store
from tidings.store.grants import delete_grants_of
from tidings.store.ids import new_id
from tidings.store.query import Connection, execute, fetch_optional
from tidings.store.tokens import delete_tokens_of

EMAIL = re.compile(r"[^@\s]+@[^@\s]+")
LONGEST_EMAIL = 254
LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")


class UserDraft(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked for of a person; None keeps what is, or takes the default."""

    name: str | None = None
    email: str | None = None
    state: str | None = None
    language: str | None = None
    division_id: UUID | None = None
    version: int | None = None
    password_hash: str | None = None


async def create_user(connection: Connection, caller: Caller, draft: UserDraft) -> store.UserRow:
    """Create a person in a division (default Home); 409 when the address is in use."""
    division_id = await choose_division(
        connection, caller, draft.division_id, permission="directory:user:add"
    )
    email = check_email(draft.email)
    user = await fetch_optional(
        connection,
        store.insert_user(
            caller.organization_id,
            new_id(),
            name=check_name(draft.name),
            email=email,
            state=check_state(draft.state or "active"),
            language=check_language(draft.language or "en"),
            division_id=division_id,
            password_hash=draft.password_hash,
        ),
    )
    if user is None:
        raise email_taken(email)
    await record_change(connection, caller, "create", subject_of(user), after=_shown(user))
    return user


async def access_user(
    connection: Connection, caller: Caller, user_id: UUID, *, permission: str | None = None
) -> store.UserRow:
    """The person, or a 404. With a permission: 403 without it, 404 if one may not even look."""
    user = await fetch_optional(connection, store.select_user(caller.organization_id, user_id))
    if user is None:
        raise absent("user", user_id)
    if permission is not None and not caller.may(permission, user.division_id):
        if not caller.may("directory:user:view", user.division_id):
            raise absent("user", user_id)
        raise missing_permission((permission,), division_id=user.division_id)
    return user


async def change_user(
    connection: Connection, caller: Caller, user_id: UUID, draft: UserDraft
) -> store.UserRow:
    """Change a person; 409 when somebody did meanwhile, or when no administrator would be left.

    Who is not active any more is signed out everywhere, in the same transaction.
    """
    before = await access_user(connection, caller, user_id, permission="directory:user:edit")
    await choose_division(
        connection,
        caller,
        draft.division_id,
        permission="directory:user:edit",
        current=before.division_id,
    )
    if caller.id != user_id:
        await require_rank(connection, caller, user_id)
    after = await _update(connection, caller, before, draft)
    if after.state != "active" and before.state == "active":
        await execute(connection, delete_tokens_of(caller.organization_id, user_id))
        await check_administrator_left(connection, caller)
    await _record_update(connection, caller, before, after)
    return after


async def change_own_profile(
    connection: Connection, caller: Caller, draft: UserDraft
) -> store.UserRow:
    """Change one's own name and language, which needs no permission; 409 as in change_user.

    The address is for somebody with the permission to change: whoever holds it logs in.
    """
    before = await access_user(connection, caller, caller.id)
    own = UserDraft(name=draft.name, language=draft.language, version=draft.version)
    after = await _update(connection, caller, before, own)
    await _record_update(connection, caller, before, after)
    return after


async def delete_user(connection: Connection, caller: Caller, user_id: UUID) -> None:
    """Delete a person with their grants and tokens; what they did keeps their name."""
    before = await access_user(connection, caller, user_id, permission="directory:user:delete")
    await require_rank(connection, caller, user_id)
    await execute(connection, store.erase_user(caller.organization_id, user_id))
    await execute(connection, delete_tokens_of(caller.organization_id, user_id))
    await execute(connection, delete_grants_of(caller.organization_id, user_id))
    await check_administrator_left(connection, caller)
    await record_change(connection, caller, "delete", subject_of(before), before=_shown(before))


async def require_rank(connection: Connection, caller: Caller, user_id: UUID) -> None:
    """403 unless the caller holds all that this person holds.

    Who may change somebody's address or password can become them, so this needs no less.
    """
    caller.require_cover(await grants_of(connection, caller, user_id))


def check_email(email: str | None) -> str:
    """An address that mail can be sent to; 400 otherwise."""
    email = (email or "").strip()
    if not EMAIL.fullmatch(email) or len(email) > LONGEST_EMAIL:
        raise invalid("email", "Give an e-mail address, such as ada@example.org.")
    return email


def check_state(state: str) -> str:
    """active or inactive; 400 otherwise."""
    if state not in ("active", "inactive"):
        raise invalid("state", "A person's state is active or inactive; DELETE deletes.")
    return state


def check_language(language: str) -> str:
    """A language tag, such as de or pt-BR; 400 otherwise."""
    if not LANGUAGE.fullmatch(language):
        raise invalid("locale", "A language is written like en, de or pt-BR.")
    return language


def email_taken(email: str) -> Exception:
    """A 409 for an address that is in use."""
    return conflict("general.conflict", f"There is a user with the address {email}.", email=email)


async def _update(
    connection: Connection, caller: Caller, before: store.UserRow, draft: UserDraft
) -> store.UserRow:
    email = before.email if draft.email is None else check_email(draft.email)
    try:
        after = await fetch_optional(
            connection,
            store.update_user(
                caller.organization_id,
                before.id,
                name=before.name if draft.name is None else check_name(draft.name),
                email=email,
                state=check_state(draft.state or before.state),
                language=check_language(draft.language or before.language),
                division_id=draft.division_id or before.division_id,
                version=before.version if draft.version is None else draft.version,
            ),
        )
    except psycopg.errors.UniqueViolation as error:
        raise email_taken(email) from error
    if after is None:
        raise stale_version("user", sent=draft.version, current=before.version)
    return after


async def _record_update(
    connection: Connection, caller: Caller, before: store.UserRow, after: store.UserRow
) -> None:
    was, becomes = _shown(before), _shown(after)
    await record_change(connection, caller, "update", subject_of(after), before=was, after=becomes)


def subject_of(user: store.UserRow) -> Subject:
    """The person as audit rows name them."""
    return Subject("user", user.id, user.name, user.division_id)


def _shown(user: store.UserRow) -> dict[str, Any]:
    """What an audit row tells of a person: nothing that moves by itself."""
    plain: dict[str, Any] = msgspec.to_builtins(user)
    return {k: v for k, v in plain.items() if k not in ("created_at", "last_login_at")}
