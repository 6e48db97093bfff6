"""Divisions: create, change, delete."""

from typing import Any
from uuid import UUID

import psycopg

from tidings.actions.changes import Subject, record_change
from tidings.actions.names import check_name, insert_named, update_named
from tidings.domain.errors import absent, conflict, invalid
from tidings.domain.permissions import Caller
from tidings.store import divisions as store
from tidings.store.grants import delete_grants_in
from tidings.store.ids import new_id
from tidings.store.query import Connection, execute, fetch, fetch_one, fetch_optional

MOST_DIVISIONS = 1_000


async def create_division(
    connection: Connection, caller: Caller, *, name: str | None, description: str
) -> store.DivisionRow:
    """Create a division (P1). 400 without a name, 409 when the name is taken."""
    name = check_name(name)
    if (await fetch_one(connection, store.count_divisions(caller.organization_id))).count >= (
        MOST_DIVISIONS
    ):
        raise conflict("division.limit", f"An organization has at most {MOST_DIVISIONS} divisions.")
    insert = store.insert_division(
        caller.organization_id, new_id(), name=name, description=description
    )
    division = await insert_named(connection, insert, name)
    await record_change(connection, caller, "create", _subject(division), after=division)
    return division


async def access_division(
    connection: Connection, caller: Caller, division_id: UUID
) -> store.DivisionRow:
    """The division, or a 404."""
    division = await fetch_optional(
        connection, store.select_division(caller.organization_id, division_id)
    )
    if division is None:
        raise absent("division", division_id)
    return division


async def choose_division(
    connection: Connection,
    caller: Caller,
    division_id: UUID | None,
    *,
    permission: str,
    current: UUID | None = None,
) -> UUID:
    """The division in which the caller puts a thing: the one asked for, else where it is (its
    `current` one, in which nothing is asked), else Home.

    Raises a 400 for a division that is not there, a 403 without the permission in it.
    """
    if current is not None and division_id in (None, current):
        return current
    if division_id is None:
        division_id = (await fetch_one(connection, store.select_home(caller.organization_id))).id
    elif not await fetch(connection, store.select_division(caller.organization_id, division_id)):
        raise invalid("divisionId", f"There is no division {division_id}.")
    caller.require(permission, division_id)
    return division_id


async def settle_changes(
    connection: Connection,
    caller: Caller,
    changes: dict[str, Any],
    *,
    permission: str,
    name: str | None = None,
    current: UUID | None = None,
) -> dict[str, Any]:
    """What is asked for of a thing, with the name checked and the division chosen; where neither
    is asked for, they stay what they are (`name`, `current`).

    Raises as check_name() and choose_division().
    """
    return {
        **changes,
        "name": check_name(changes.get("name", name)),
        "division_id": await choose_division(
            connection, caller, changes.get("division_id"), permission=permission, current=current
        ),
    }


async def change_division(
    connection: Connection,
    caller: Caller,
    division_id: UUID,
    *,
    name: str | None,
    description: str | None,
    version: int | None,
) -> store.DivisionRow:
    """Rename or describe a division anew; 409 when somebody changed it meanwhile."""
    before = await access_division(connection, caller, division_id)
    caller.require("authorization:division:edit", division_id)
    name = check_name(name) if name is not None else before.name
    update = store.update_division(
        caller.organization_id,
        division_id,
        name=name,
        description=description if description is not None else before.description,
        version=before.version if version is None else version,
    )
    after = await update_named(
        connection, update, name, what="division", sent=version, current=before.version
    )
    await record_change(connection, caller, "update", _subject(after), before=before, after=after)
    return after


async def delete_division(connection: Connection, caller: Caller, division_id: UUID) -> None:
    """Delete an empty division; 409 for Home or while something lives in it."""
    before = await access_division(connection, caller, division_id)
    caller.require("authorization:division:delete", division_id)
    if before.is_home:
        raise conflict("home.division", "The Home division cannot be deleted.")
    try:
        await execute(connection, delete_grants_in(caller.organization_id, division_id))
        await execute(connection, store.delete_division(caller.organization_id, division_id))
    except psycopg.errors.ForeignKeyViolation as error:
        raise conflict(
            "division.in.use",
            f"Division {before.name} still holds objects; move them to another division first.",
        ) from error
    await record_change(connection, caller, "delete", _subject(before), before=before)


def _subject(division: store.DivisionRow) -> Subject:
    return Subject("division", division.id, division.name, division.id)
