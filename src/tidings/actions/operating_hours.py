"""Operating hours: create, change, delete, and ask what they say of a moment (T4)."""

from typing import Any
from uuid import UUID

import msgspec

from tidings.actions.changes import Subject
from tidings.actions.names import check_name, insert_named, update_named
from tidings.actions.routing_changes import note_change
from tidings.domain.errors import FieldError, Kind, Rejection, absent, conflict
from tidings.domain.operating_hours import Holiday, Hours, Interval, check_hours
from tidings.domain.permissions import Caller
from tidings.store import operating_hours as store
from tidings.store.ids import new_id
from tidings.store.query import Connection, execute, fetch_one, fetch_optional

VIEW = "routing:hours:view"
ADD = "routing:hours:add"
EDIT = "routing:hours:edit"
DELETE = "routing:hours:delete"
MOST_HOURS = 500


class HoursDraft(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked for of operating hours; None keeps what is, or takes the default."""

    name: str | None = None
    time_zone: str | None = None
    week: tuple[Interval, ...] | None = None
    holidays: tuple[Holiday, ...] | None = None


async def create_hours(connection: Connection, caller: Caller, draft: HoursDraft) -> store.HoursRow:
    """Create operating hours. 400 at each field that does not fit, 409 when the name is taken."""
    known = store.count_hours(caller.organization_id, store.HoursFilter())
    if (await fetch_one(connection, known)).count >= MOST_HOURS:
        raise conflict("hours.limit", f"An organization has at most {MOST_HOURS} operating hours.")
    name = check_name(draft.name)
    columns = _checked(draft, Hours("UTC"))
    insert = store.insert_hours(caller.organization_id, new_id(), name=name, **columns)
    created = await insert_named(connection, insert, name)
    await note_change(connection, caller, "create", _subject(created), after=created)
    return created


async def access_hours(connection: Connection, caller: Caller, hours_id: UUID) -> store.HoursRow:
    """The operating hours, or a 404."""
    chosen = store.HoursFilter(ids=[hours_id])
    row = await fetch_optional(
        connection, store.select_hours(caller.organization_id, chosen, limit=1, offset=0)
    )
    if row is None:
        raise absent("operating hours", hours_id)
    return row


async def change_hours(
    connection: Connection,
    caller: Caller,
    hours_id: UUID,
    draft: HoursDraft,
    *,
    version: int | None,
) -> store.HoursRow:
    """Change what is named; 409 when they were changed meanwhile or the name is taken."""
    before = await access_hours(connection, caller, hours_id)
    name = before.name if draft.name is None else check_name(draft.name)
    change = store.update_hours(
        caller.organization_id,
        hours_id,
        name=name,
        version=before.version if version is None else version,
        **_checked(draft, hours_of(before)),
    )
    after = await update_named(
        connection, change, name, what="operating hours", sent=version, current=before.version
    )
    await note_change(connection, caller, "update", _subject(after), before=before, after=after)
    return after


async def delete_hours(connection: Connection, caller: Caller, hours_id: UUID) -> None:
    """Delete operating hours; 409 names a workstream that follows them."""
    before = await access_hours(connection, caller, hours_id)
    use = await fetch_optional(connection, store.select_hours_use(caller.organization_id, hours_id))
    if use is not None:
        raise conflict(
            "hours.in.use",
            f"The workstream {use.name} follows the operating hours {before.name}; give it others "
            "first.",
            workstream=use.name,
        )
    await execute(connection, store.delete_hours(caller.organization_id, hours_id))
    await note_change(connection, caller, "delete", _subject(before), before=before)


def hours_of(row: store.HoursRow) -> Hours:
    """The rules that a row stands for."""
    return msgspec.convert(
        {"time_zone": row.time_zone, "week": row.week, "holidays": row.holidays}, Hours
    )


def refuse_all(fields: list[FieldError]) -> None:
    """Raise one 400 that names all fields that do not fit, if there are any."""
    if fields:
        raise Rejection(Kind.INVALID, fields[0].code, fields[0].message, fields=tuple(fields))


def _checked(draft: HoursDraft, before: Hours) -> dict[str, Any]:
    hours = Hours(
        before.time_zone if draft.time_zone is None else draft.time_zone,
        before.week if draft.week is None else draft.week,
        before.holidays if draft.holidays is None else draft.holidays,
    )
    refuse_all(check_hours(hours))
    plain: dict[str, Any] = msgspec.to_builtins(hours)
    return plain


def _subject(row: store.HoursRow) -> Subject:
    return Subject("operating_hours", row.id, row.name)
