"""Workstreams: create, change and delete them, and the numbers whose messages they handle (T4)."""

from typing import Any
from uuid import UUID

import msgspec

from tidings.actions.changes import Subject
from tidings.actions.divisions import settle_changes
from tidings.actions.integrations import VIEW as VIEW_INTEGRATION
from tidings.actions.names import insert_named, update_named
from tidings.actions.routing_changes import note_change
from tidings.actions.workstream_checks import check_workstream
from tidings.domain.errors import absent, conflict, invalid
from tidings.domain.permissions import Caller
from tidings.store import workstream_numbers as numbers
from tidings.store import workstreams as store
from tidings.store.ids import new_id
from tidings.store.query import Connection, execute, fetch, fetch_one, fetch_optional
from tidings.store.workstreams import WorkstreamRow, WorkstreamSettings

VIEW = "routing:workstream:view"
ADD = "routing:workstream:add"
EDIT = "routing:workstream:edit"
DELETE = "routing:workstream:delete"
MOST_WORKSTREAMS = 1_000
MOST_NUMBERS = 200
MOST_COUNTED = 10_000


class Dependents(msgspec.Struct, frozen=True):
    """What a workstream's end would touch: its numbers, and conversations that have not ended
    (counted up to MOST_COUNTED)."""

    workstream: WorkstreamRow
    conversations: int


async def create_workstream(
    connection: Connection,
    caller: Caller,
    changes: dict[str, Any],
    *,
    number_ids: list[UUID] | None,
) -> WorkstreamRow:
    """Create a workstream with its numbers. A draft may lack its fallback queue.

    400 names every field that does not fit, 409 a taken name or a number of another workstream.
    """
    everything = store.count_workstreams(caller.organization_id, store.WorkstreamFilter(None))
    if (await fetch_one(connection, everything)).count >= MOST_WORKSTREAMS:
        raise conflict(
            "workstream.limit", f"An organization has at most {MOST_WORKSTREAMS} workstreams."
        )
    chosen = await settle_changes(connection, caller, changes, permission=ADD)
    settings = WorkstreamSettings(**chosen)
    await check_workstream(connection, caller, settings)
    workstream_id = new_id()
    query = store.insert_workstream(
        caller.organization_id, workstream_id, settings, created_by=caller.id
    )
    await insert_named(connection, query, settings.name)
    await _set_numbers(connection, caller, workstream_id, settings.channel, number_ids or [])
    after = await _read(connection, caller, workstream_id)
    await note_change(connection, caller, "create", _subject(after), after=after)
    return after


async def access_workstream(
    connection: Connection, caller: Caller, workstream_id: UUID, *, permission: str = VIEW
) -> WorkstreamRow:
    """The workstream, or a 404 when it is not for the caller to see; 403 without permission."""
    chosen = store.WorkstreamFilter(caller.divisions(VIEW), ids=[workstream_id])
    row = await fetch_optional(
        connection, store.select_workstreams(caller.organization_id, chosen, limit=1, offset=0)
    )
    if row is None:
        raise absent("workstream", workstream_id)
    caller.require(permission, row.division_id)
    return row


async def change_workstream(
    connection: Connection,
    caller: Caller,
    workstream_id: UUID,
    changes: dict[str, Any],
    *,
    number_ids: list[UUID] | None,
    version: int | None,
) -> WorkstreamRow:
    """Change what is named; `number_ids` are all its numbers from then on. 409 when it was
    changed meanwhile, the name is taken, or a number is another workstream's."""
    before = await access_workstream(connection, caller, workstream_id, permission=EDIT)
    chosen = await settle_changes(
        connection,
        caller,
        changes,
        permission=EDIT,
        name=before.name,
        current=before.division_id,
    )
    settings = msgspec.structs.replace(before.settings(), **chosen)
    _check_steps(before, settings)
    await check_workstream(connection, caller, settings)
    sent = before.version if version is None else version
    query = store.update_workstream(caller.organization_id, workstream_id, settings, version=sent)
    await update_named(
        connection, query, settings.name, what="workstream", sent=version, current=before.version
    )
    if number_ids is not None:
        await _set_numbers(connection, caller, workstream_id, settings.channel, number_ids)
    after = await _read(connection, caller, workstream_id)
    await note_change(connection, caller, "update", _subject(after), before=before, after=after)
    return after


async def find_dependents(
    connection: Connection, caller: Caller, workstream_id: UUID
) -> Dependents:
    """What deleting the workstream would touch."""
    row = await access_workstream(connection, caller, workstream_id)
    query = store.count_conversations(caller.organization_id, workstream_id, most=MOST_COUNTED)
    return Dependents(row, (await fetch_one(connection, query)).count)


async def delete_workstream(
    connection: Connection, caller: Caller, workstream_id: UUID, *, detach: bool
) -> None:
    """Delete a workstream; its conversations go on. 409 names its numbers, unless `detach`."""
    before = await access_workstream(connection, caller, workstream_id, permission=DELETE)
    if before.numbers and not detach:
        names = ", ".join(each["name"] for each in before.numbers)
        raise conflict(
            "workstream.in.use",
            f"The workstream {before.name} handles the messages of {names}; without it they are "
            "given to nobody. Attach them to another one, or delete with detachNumbers=true.",
            numbers=names,
        )
    owner = caller.organization_id
    await execute(connection, numbers.detach_numbers(owner, workstream_id, keep=[]))
    await execute(connection, store.delete_workstream(owner, workstream_id))
    await note_change(connection, caller, "delete", _subject(before), before=before)


def _check_steps(before: WorkstreamRow, settings: WorkstreamSettings) -> None:
    if settings.is_draft and not before.is_draft:
        raise invalid("isDraft", "A finished workstream does not become a draft again.")
    if settings.channel != before.channel:
        raise invalid("channel", "A workstream keeps its channel; create another one.")


async def _set_numbers(
    connection: Connection,
    caller: Caller,
    workstream_id: UUID,
    channel: str,
    ids: list[UUID],
) -> None:
    """Make these the workstream's numbers, all of its channel and of no other workstream."""
    owner, ids = caller.organization_id, sorted(set(ids))
    if len(ids) > MOST_NUMBERS:
        raise invalid("numbers", f"A workstream has at most {MOST_NUMBERS} numbers.")
    choices = {
        row.id: row for row in await fetch(connection, numbers.select_number_choices(owner, ids))
    }
    for each in ids:
        choice = choices.get(each)
        if choice is None or not caller.may(VIEW_INTEGRATION, choice.division_id):
            raise invalid("numbers", f"There is no connected number {each}.")
        if choice.provider.partition("_")[0] != channel:
            raise invalid("numbers", f"{choice.name} is no number of the channel {channel}.")
    await execute(connection, numbers.detach_numbers(owner, workstream_id, keep=ids))
    await execute(connection, numbers.attach_numbers(owner, workstream_id, ids))
    taken = await fetch_optional(
        connection,
        numbers.select_attached_elsewhere(owner, ids, workstream_id=workstream_id),
    )
    if taken is not None:
        raise conflict(
            "number.attached",
            f"The number {taken.name} is attached to the workstream {taken.workstream}; take it "
            "from there first.",
            number=taken.name,
            workstream=taken.workstream,
        )


async def _read(connection: Connection, caller: Caller, workstream_id: UUID) -> WorkstreamRow:
    chosen = store.WorkstreamFilter(None, ids=[workstream_id])
    return await fetch_one(
        connection, store.select_workstreams(caller.organization_id, chosen, limit=1, offset=0)
    )


def _subject(row: WorkstreamRow) -> Subject:
    return Subject("workstream", row.id, row.name, row.division_id)
