"""Queues: create, change, delete, and the wrap-up codes they offer (P3)."""

from typing import Any
from uuid import UUID

import msgspec
import psycopg

from tidings.actions.changes import Subject
from tidings.actions.divisions import settle_changes
from tidings.actions.names import insert_named, update_named
from tidings.actions.routing_changes import note_change
from tidings.actions.wrapup_codes import VIEW as VIEW_CODES
from tidings.actions.wrapup_codes import check_description
from tidings.domain.errors import absent, conflict, invalid
from tidings.domain.permissions import Caller
from tidings.store import queues as store
from tidings.store import wrapup_codes as codes
from tidings.store.ids import new_id
from tidings.store.libraries import LibraryFilter, select_libraries
from tidings.store.query import Connection, execute, fetch, fetch_one, fetch_optional
from tidings.store.queues import QueueRow, QueueSettings
from tidings.store.skills import SkillFilter, select_skills

VIEW = "routing:queue:view"
ADD = "routing:queue:add"
EDIT = "routing:queue:edit"
DELETE = "routing:queue:delete"
MOST_QUEUES = 5_000
MOST_RINGS = 6
MOST_NAMED = 50
LONGEST_WAIT_SECONDS = 2 * 24 * 3600
LIMITS = (
    ("alerting_seconds", 7, 900, "mediaSettings.message.alertingTimeoutSeconds", "seconds"),
    ("service_level_percent", 0, 1, "mediaSettings.message.serviceLevel.percentage", "(a share)"),
    (
        "service_level_seconds",
        1,
        LONGEST_WAIT_SECONDS,
        "mediaSettings.message.serviceLevel.durationMs",
        "seconds",
    ),
    ("acw_seconds", 1, 3600, "acwSettings.timeoutMs", "seconds"),
)


async def create_queue(
    connection: Connection,
    caller: Caller,
    changes: dict[str, Any],
    *,
    source_queue_id: UUID | None = None,
) -> QueueRow:
    """Create a queue with these settings, else those of the source, else the defaults.

    400 at the field that does not fit, 409 when the name is taken.
    """
    everything = store.count_queues(caller.organization_id, store.QueueFilter(None))
    if (await fetch_one(connection, everything)).count >= MOST_QUEUES:
        raise conflict("queue.limit", f"An organization has at most {MOST_QUEUES} queues.")
    chosen = await settle_changes(connection, caller, changes, permission=ADD)
    if source_queue_id is None:
        settings = QueueSettings(**chosen)
    else:
        source = await access_queue(connection, caller, source_queue_id)
        settings = msgspec.structs.replace(source.settings(), **chosen)
    queue_id = new_id()
    await check_settings(connection, caller, queue_id, settings)
    query = store.insert_queue(caller.organization_id, queue_id, settings, created_by=caller.id)
    await insert_named(connection, query, settings.name)
    after = await _read(connection, caller, queue_id)
    await note_change(connection, caller, "create", subject_of(after), after=after)
    return after


async def access_queue(
    connection: Connection, caller: Caller, queue_id: UUID, *, permission: str = VIEW
) -> QueueRow:
    """The queue, or a 404 when it is not for the caller to see; 403 without the permission."""
    chosen = store.QueueFilter(caller.divisions(VIEW), ids=[queue_id])
    queue = await fetch_optional(
        connection, store.select_queues(caller.organization_id, chosen, limit=1, offset=0)
    )
    if queue is None:
        raise absent("queue", queue_id)
    caller.require(permission, queue.division_id)
    return queue


async def change_queue(
    connection: Connection,
    caller: Caller,
    queue_id: UUID,
    changes: dict[str, Any],
    *,
    version: int | None,
) -> QueueRow:
    """Change what is named of a queue; 409 when it was changed meanwhile or the name is taken."""
    before = await access_queue(connection, caller, queue_id, permission=EDIT)
    chosen = await settle_changes(
        connection,
        caller,
        changes,
        permission=EDIT,
        name=before.name,
        current=before.division_id,
    )
    settings = msgspec.structs.replace(before.settings(), **chosen)
    await check_settings(connection, caller, queue_id, settings)
    sent = before.version if version is None else version
    query = store.update_queue(caller.organization_id, queue_id, settings, version=sent)
    await update_named(
        connection, query, settings.name, what="queue", sent=version, current=before.version
    )
    after = await _read(connection, caller, queue_id)
    await note_change(connection, caller, "update", subject_of(after), before=before, after=after)
    return after


async def delete_queue(connection: Connection, caller: Caller, queue_id: UUID) -> None:
    """Delete a queue; 409 names what needs it, or says that conversations wait in it."""
    before = await access_queue(connection, caller, queue_id, permission=DELETE)
    use = await fetch_optional(connection, store.select_queue_use(caller.organization_id, queue_id))
    if use is not None:
        raise conflict(
            "queue.in.use",
            f"The {use.kind} {use.name} sends conversations to the queue {before.name}; change "
            "that first.",
            kind=use.kind,
            name=use.name,
        )
    try:
        await execute(connection, store.delete_queue(caller.organization_id, queue_id))
    except psycopg.errors.ForeignKeyViolation as error:
        raise conflict(
            "queue.in.use",
            f"Conversations wait in the queue {before.name}; transfer or answer them first.",
        ) from error
    await note_change(connection, caller, "delete", subject_of(before), before=before)


async def offer_codes(
    connection: Connection, caller: Caller, queue_id: UUID, code_ids: list[UUID]
) -> list[codes.WrapupCodeRow]:
    """Offer wrap-up codes in a queue; gives them. 400 for one that is not there."""
    queue = await access_queue(connection, caller, queue_id, permission=EDIT)
    if len(code_ids) > MOST_NAMED:
        raise invalid("id", f"Add at most {MOST_NAMED} wrap-up codes at once.")
    chosen = codes.WrapupCodeFilter(caller.divisions(VIEW_CODES), ids=code_ids)
    rows = await fetch(
        connection,
        codes.select_wrapup_codes(caller.organization_id, chosen, limit=MOST_NAMED, offset=0),
    )
    _check_all_found(code_ids, [row.id for row in rows], "id", "wrap-up code")
    await execute(connection, codes.add_queue_codes(caller.organization_id, queue_id, code_ids))
    added = {"wrapupCodes": [row.name for row in rows]}
    await note_change(connection, caller, "add_codes", subject_of(queue), after=added)
    return rows


async def withdraw_code(
    connection: Connection, caller: Caller, queue_id: UUID, code_id: UUID
) -> None:
    """Offer a wrap-up code in a queue no longer; 404 when it is not offered."""
    queue = await access_queue(connection, caller, queue_id, permission=EDIT)
    query = codes.remove_queue_code(caller.organization_id, queue_id, code_id)
    if not await execute(connection, query):
        raise absent("wrap-up code", code_id)
    removed = {"wrapupCodes": [str(code_id)]}
    await note_change(connection, caller, "remove_codes", subject_of(queue), before=removed)


def subject_of(queue: QueueRow) -> Subject:
    """The queue as audit and events name it."""
    return Subject("queue", queue.id, queue.name, queue.division_id)


async def check_settings(
    connection: Connection, caller: Caller, queue_id: UUID, settings: QueueSettings
) -> None:
    """Numbers in their limits, and everything that is named is there; 400 names the field."""
    check_description(settings.description)
    for name, least, most, field, unit in LIMITS:
        if not least <= getattr(settings, name) <= most:
            raise invalid(field, f"{field} is from {least} to {most} {unit}.")
    await _check_rings(connection, caller, settings.rings)
    await _check_overflow(connection, caller, queue_id, settings.overflow)
    if len(settings.library_ids) > MOST_NAMED:
        raise invalid("cannedResponseLibraries.libraryIds", f"Name at most {MOST_NAMED} libraries.")
    rows = await fetch(
        connection,
        select_libraries(
            caller.organization_id,
            LibraryFilter(None, ids=settings.library_ids),
            limit=MOST_NAMED,
            offset=0,
        ),
    )
    field = "cannedResponseLibraries.libraryIds"
    _check_all_found(settings.library_ids, [row.id for row in rows], field, "library")


async def _check_rings(connection: Connection, caller: Caller, rings: list[dict[str, Any]]) -> None:
    if len(rings) > MOST_RINGS:
        raise invalid("bullseye.rings", f"A queue has at most {MOST_RINGS} rings.")
    for ring in rings:
        if not 1 <= ring["seconds"] <= LONGEST_WAIT_SECONDS:
            raise invalid(
                "bullseye.rings.expansionCriteria.threshold",
                f"A ring lasts from 1 to {LONGEST_WAIT_SECONDS} seconds.",
            )
    field = "bullseye.rings.actions.skillsToRemove"
    dropped = list({UUID(each) for ring in rings for each in ring["drop_skills"]})
    if len(dropped) > MOST_NAMED:
        raise invalid(field, f"The rings of a queue name at most {MOST_NAMED} skills.")
    skills = SkillFilter("skill", ids=dropped)
    rows = await fetch(
        connection,
        select_skills(caller.organization_id, skills, limit=MOST_NAMED, offset=0),
    )
    _check_all_found(dropped, [row.id for row in rows], field, "skill")


async def _check_overflow(
    connection: Connection, caller: Caller, queue_id: UUID, overflow: dict[str, Any] | None
) -> None:
    if overflow is None:
        return
    if not 1 <= overflow["after_seconds"] <= LONGEST_WAIT_SECONDS:
        raise invalid(
            "overflow.afterSeconds",
            f"overflow.afterSeconds is from 1 to {LONGEST_WAIT_SECONDS} seconds.",
        )
    if overflow["action"] != "transfer":
        return
    if overflow.get("queue_id") in (None, str(queue_id)):
        raise invalid("overflow.queue", "Name another queue to transfer to.")
    target = UUID(overflow["queue_id"])
    chosen = store.QueueFilter(None, ids=[target])
    if not (await fetch_one(connection, store.count_queues(caller.organization_id, chosen))).count:
        raise invalid("overflow.queue", f"There is no queue {target}.")


def _check_all_found(asked: list[UUID], found: list[UUID], field: str, what: str) -> None:
    missing = set(asked) - set(found)
    if missing:
        raise invalid(field, f"There is no {what} {min(missing)}.")


async def _read(connection: Connection, caller: Caller, queue_id: UUID) -> QueueRow:
    chosen = store.QueueFilter(None, ids=[queue_id])
    return await fetch_one(
        connection, store.select_queues(caller.organization_id, chosen, limit=1, offset=0)
    )
