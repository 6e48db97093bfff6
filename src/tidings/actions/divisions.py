"""Divisions: create, change, delete."""

from typing import Any
from uuid import UUID

import msgspec
import psycopg

from tidings.domain.errors import absent, conflict, invalid, stale_version
from tidings.domain.permissions import Caller
from tidings.store import divisions as store
from tidings.store.audit import insert_audit
from tidings.store.grants import delete_grants_in
from tidings.store.ids import new_id
from tidings.store.query import Connection, execute, fetch, fetch_one, fetch_optional

LONGEST_NAME = 200
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
    division = await fetch_optional(
        connection,
        store.insert_division(caller.organization_id, new_id(), name=name, description=description),
    )
    if division is None:
        raise name_taken(name)
    await _audit(connection, caller, "create", after=division)
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
    connection: Connection, caller: Caller, division_id: UUID | None, *, permission: str
) -> UUID:
    """The division in which the caller puts a thing: the one asked for, else Home.

    Raises a 400 for a division that is not there, a 403 without the permission in it.
    """
    if division_id is None:
        division_id = (await fetch_one(connection, store.select_home(caller.organization_id))).id
    elif not await fetch(connection, store.select_division(caller.organization_id, division_id)):
        raise invalid("divisionId", f"There is no division {division_id}.")
    caller.require(permission, division_id)
    return division_id


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
    try:
        after = await fetch_optional(
            connection,
            store.update_division(
                caller.organization_id,
                division_id,
                name=check_name(name) if name is not None else before.name,
                description=description if description is not None else before.description,
                version=before.version if version is None else version,
            ),
        )
    except psycopg.errors.UniqueViolation as error:
        raise name_taken(str(name)) from error
    if after is None:
        raise stale_version("division", sent=version, current=before.version)
    await _audit(connection, caller, "update", before=before, after=after)
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
    await _audit(connection, caller, "delete", before=before)


def check_name(name: str | None) -> str:
    """A name with something in it, without blanks around it; 400 otherwise."""
    name = (name or "").strip()
    if not name:
        raise invalid("name", "Give a name.", code="constraint.validation")
    if len(name) > LONGEST_NAME:
        raise invalid("name", f"A name has at most {LONGEST_NAME} characters.")
    return name


def name_taken(name: str) -> Exception:
    """A 409 for a name that is in use."""
    return conflict("general.conflict", f'The name "{name}" is taken; choose another.', name=name)


async def _audit(
    connection: Connection,
    caller: Caller,
    action: str,
    *,
    before: store.DivisionRow | None = None,
    after: store.DivisionRow | None = None,
) -> None:
    division = after or before
    assert division is not None
    await execute(
        connection,
        insert_audit(
            caller,
            action,
            entity_type="division",
            entity_id=division.id,
            entity_name=division.name,
            division_id=division.id,
            before=_plain(before),
            after=_plain(after),
        ),
    )


def _plain(division: store.DivisionRow | None) -> dict[str, Any] | None:
    if division is None:
        return None
    plain: dict[str, Any] = msgspec.to_builtins(division)
    return plain
