"""Content profiles of an organization: create, change, delete, and which is the default (I4).

A profile decides about the numbers of every division, so to write one the permission is needed in
all divisions.
"""

from uuid import UUID

import msgspec

from tidings.actions.changes import Subject, record_change
from tidings.actions.names import check_name, insert_named, update_named
from tidings.domain.errors import absent, conflict, invalid
from tidings.domain.permissions import ALL_DIVISIONS, Caller
from tidings.domain.supported_content import EVERYTHING, check_types
from tidings.store import supported_content as store
from tidings.store.events import insert_event
from tidings.store.ids import new_id
from tidings.store.query import Connection, Query, execute, fetch, fetch_one, fetch_optional

VIEW = "messaging:supportedContent:view"
ADD = "messaging:supportedContent:add"
EDIT = "messaging:supportedContent:edit"
DELETE = "messaging:supportedContent:delete"
VIEW_NUMBERS = "messaging:integration:view"
FIELD = "mediaTypes.allow"
MOST_NAMED = 5
MOST_COUNTED = 1_000


class ContentDraft(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked for of a profile; None keeps what is, or allows nothing in a new one."""

    name: str | None = None
    inbound: list[str] | None = None
    outbound: list[str] | None = None
    version: int | None = None


async def found_content(connection: Connection, organization_id: UUID) -> None:
    """Give a new organization its first profile, the default, which allows everything."""
    insert = store.insert_supported_content(
        organization_id,
        organization_id,
        name="Everything",
        inbound=[EVERYTHING],
        outbound=[EVERYTHING],
        is_default=True,
    )
    await execute(connection, insert)


async def create_content(
    connection: Connection, caller: Caller, draft: ContentDraft
) -> store.SupportedContentRow:
    """Create a profile; 400 naming what is no media type, 409 when the name is taken."""
    caller.require(ADD, ALL_DIVISIONS)
    name = check_name(draft.name)
    insert = store.insert_supported_content(
        caller.organization_id,
        new_id(),
        name=name,
        inbound=check_types(draft.inbound or [], f"{FIELD}.inbound"),
        outbound=check_types(draft.outbound or [], f"{FIELD}.outbound"),
        created_by=caller.id,
    )
    created = await insert_named(connection, insert, name)
    after = await access_content(connection, caller, created.id)
    await _note(connection, caller, "create", after, after=after)
    return after


async def access_content(
    connection: Connection, caller: Caller, content_id: UUID
) -> store.SupportedContentRow:
    """The profile, or a 404."""
    chosen = store.SupportedContentFilter(id=content_id)
    row = await fetch_optional(connection, _one(caller, chosen))
    if row is None:
        raise absent("content profile", content_id)
    return row


async def access_default(connection: Connection, caller: Caller) -> store.SupportedContentRow:
    """The profile of all numbers that name none."""
    row = await fetch_optional(
        connection, _one(caller, store.SupportedContentFilter(only_default=True))
    )
    if row is None:
        raise absent("content profile", "default")
    return row


async def change_content(
    connection: Connection, caller: Caller, content_id: UUID, draft: ContentDraft
) -> store.SupportedContentRow:
    """Rename a profile or change its types; 409 when it was changed meanwhile.

    What was queued before goes out all the same.
    """
    caller.require(EDIT, ALL_DIVISIONS)
    before = await access_content(connection, caller, content_id)
    name = before.name if draft.name is None else check_name(draft.name)
    inbound = before.inbound if draft.inbound is None else draft.inbound
    outbound = before.outbound if draft.outbound is None else draft.outbound
    update = store.update_supported_content(
        caller.organization_id,
        content_id,
        name=name,
        inbound=check_types(inbound, f"{FIELD}.inbound"),
        outbound=check_types(outbound, f"{FIELD}.outbound"),
        version=before.version if draft.version is None else draft.version,
        modified_by=caller.id,
    )
    await update_named(
        connection,
        update,
        name,
        what="content profile",
        sent=draft.version,
        current=before.version,
    )
    after = await access_content(connection, caller, content_id)
    await _note(connection, caller, "update", after, before=before, after=after)
    return after


async def choose_default(
    connection: Connection, caller: Caller, content_id: UUID
) -> store.SupportedContentRow:
    """Make a profile the one of all numbers that name none; 400 when there is no such profile."""
    caller.require(EDIT, ALL_DIVISIONS)
    await check_content(connection, caller, content_id, field="id")
    await fetch_one(connection, store.hold_default(caller.organization_id))
    before = await access_default(connection, caller)
    if before.id != content_id:
        await execute(connection, store.unset_default(caller.organization_id))
        chosen = await fetch_optional(
            connection, store.set_default(caller.organization_id, content_id)
        )
        if chosen is None:
            raise absent("content profile", content_id)
    after = await access_content(connection, caller, content_id)
    if before.id != content_id:
        was = {"default": before.name}
        await _note(connection, caller, "update", after, before=was, after={"default": after.name})
    return after


async def delete_content(connection: Connection, caller: Caller, content_id: UUID) -> None:
    """Delete a profile; 409 for the default, and while numbers name it, which are told."""
    caller.require(DELETE, ALL_DIVISIONS)
    held = store.hold_supported_content(caller.organization_id, content_id)
    before = await fetch_optional(connection, held)
    if before is None:
        raise absent("content profile", content_id)
    if before.is_default:
        raise conflict(
            "content.is.default",
            f"{before.name} is the default of all numbers that name no profile. Make another one "
            "the default first.",
        )
    await _check_unused(connection, caller, before)
    await execute(connection, store.delete_supported_content(caller.organization_id, content_id))
    await _note(connection, caller, "delete", before, before=before)


async def check_content(
    connection: Connection, caller: Caller, content_id: UUID, *, field: str
) -> None:
    """Raise a 400 that names the field unless there is such a profile."""
    chosen = store.SupportedContentFilter(id=content_id)
    if await fetch_optional(connection, _one(caller, chosen)) is None:
        raise invalid(field, f"There is no content profile {content_id}.", code="not.found")


async def _check_unused(
    connection: Connection, caller: Caller, row: store.SupportedContentRow
) -> None:
    """Numbers of divisions that the caller does not see are counted, not named."""
    using = await fetch(
        connection,
        store.select_using_numbers(caller.organization_id, row.id, limit=MOST_COUNTED),
    )
    if not using:
        return
    seen = [each.name for each in using if caller.may(VIEW_NUMBERS, each.division_id)][:MOST_NAMED]
    others = len(using) - len(seen)
    names = ", ".join(seen) or "numbers of other divisions"
    more = f" and {others} more" if seen and others else ""
    raise conflict(
        "content.in.use",
        f"{row.name} is the content profile of {names}{more}. Choose another one for them first.",
        integrations=", ".join(seen),
        count=str(len(using)),
    )


def _one(caller: Caller, chosen: store.SupportedContentFilter) -> Query[store.SupportedContentRow]:
    return store.select_supported_contents(caller.organization_id, chosen, limit=1, offset=0)


async def _note(
    connection: Connection,
    caller: Caller,
    action: str,
    row: store.SupportedContentRow,
    *,
    before: object = None,
    after: object = None,
) -> None:
    """Write down one change in its own transaction."""
    subject = Subject("supported_content", row.id, row.name)
    await record_change(connection, caller, action, subject, before=before, after=after)
    body = {"action": action, "name": row.name, "by": str(caller.id)}
    event = insert_event(
        caller.organization_id, "supported_content.changed", body=body, entity_id=row.id
    )
    await execute(connection, event)
