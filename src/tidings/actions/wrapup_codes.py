"""Wrap-up codes: create, change, delete."""

from uuid import UUID

import msgspec
import psycopg

from tidings.actions.changes import Subject
from tidings.actions.divisions import choose_division
from tidings.actions.names import check_name, insert_named, name_taken
from tidings.actions.routing_changes import note_change
from tidings.domain.errors import absent, invalid
from tidings.domain.permissions import Caller
from tidings.store import wrapup_codes as store
from tidings.store.ids import new_id
from tidings.store.query import Connection, execute, fetch_one, fetch_optional

VIEW = "routing:wrapupCode:view"
ADD = "routing:wrapupCode:add"
EDIT = "routing:wrapupCode:edit"
DELETE = "routing:wrapupCode:delete"
LONGEST_DESCRIPTION = 1_000


class WrapupCodeDraft(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked for of a wrap-up code; None keeps what is, or takes the default."""

    name: str | None = None
    description: str | None = None
    division_id: UUID | None = None


async def create_wrapup_code(
    connection: Connection, caller: Caller, draft: WrapupCodeDraft
) -> store.WrapupCodeRow:
    """Create a wrap-up code in a division (default Home); 409 when the name is taken."""
    name = check_name(draft.name)
    insert = store.insert_wrapup_code(
        caller.organization_id,
        new_id(),
        name=name,
        description=check_description(draft.description or ""),
        division_id=await choose_division(connection, caller, draft.division_id, permission=ADD),
        created_by=caller.id,
    )
    created = await insert_named(connection, insert, name)
    after = await _read(connection, caller, created.id)
    await note_change(connection, caller, "create", _subject(after), after=after)
    return after


async def access_wrapup_code(
    connection: Connection, caller: Caller, code_id: UUID, *, permission: str = VIEW
) -> store.WrapupCodeRow:
    """The code, or a 404 when it is not for the caller to see; 403 without the permission."""
    chosen = store.WrapupCodeFilter(caller.divisions(VIEW), ids=[code_id])
    code = await fetch_optional(
        connection, store.select_wrapup_codes(caller.organization_id, chosen, limit=1, offset=0)
    )
    if code is None:
        raise absent("wrap-up code", code_id)
    caller.require(permission, code.division_id)
    return code


async def change_wrapup_code(
    connection: Connection, caller: Caller, code_id: UUID, draft: WrapupCodeDraft
) -> store.WrapupCodeRow:
    """Rename, describe or move a wrap-up code; 409 when the name is taken."""
    before = await access_wrapup_code(connection, caller, code_id, permission=EDIT)
    division_id = await choose_division(
        connection, caller, draft.division_id, permission=EDIT, current=before.division_id
    )
    name = before.name if draft.name is None else check_name(draft.name)
    description = before.description if draft.description is None else draft.description
    change = store.update_wrapup_code(
        caller.organization_id,
        code_id,
        name=name,
        description=check_description(description),
        division_id=division_id,
    )
    try:
        changed = await fetch_optional(connection, change)
    except psycopg.errors.UniqueViolation as error:
        raise name_taken(name) from error
    if changed is None:
        raise absent("wrap-up code", code_id)
    after = await _read(connection, caller, code_id)
    await note_change(connection, caller, "update", _subject(after), before=before, after=after)
    return after


async def delete_wrapup_code(connection: Connection, caller: Caller, code_id: UUID) -> None:
    """Delete a wrap-up code; queues offer it no longer."""
    before = await access_wrapup_code(connection, caller, code_id, permission=DELETE)
    await execute(connection, store.delete_wrapup_code(caller.organization_id, code_id))
    await note_change(connection, caller, "delete", _subject(before), before=before)


def check_description(text: str) -> str:
    """A description of a length that fits; 400 otherwise."""
    if len(text) > LONGEST_DESCRIPTION:
        raise invalid("description", f"A description has at most {LONGEST_DESCRIPTION} characters.")
    return text


async def _read(connection: Connection, caller: Caller, code_id: UUID) -> store.WrapupCodeRow:
    chosen = store.WrapupCodeFilter(None, ids=[code_id])
    return await fetch_one(
        connection, store.select_wrapup_codes(caller.organization_id, chosen, limit=1, offset=0)
    )


def _subject(code: store.WrapupCodeRow) -> Subject:
    return Subject("wrapup_code", code.id, code.name, code.division_id)
