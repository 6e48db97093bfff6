"""Contact lists: make, change, delete."""

from uuid import UUID

import msgspec
import psycopg

from tidings.actions.changes import Subject
from tidings.actions.divisions import choose_division
from tidings.actions.imports import cancel_imports_into
from tidings.actions.names import check_name, insert_named, update_named
from tidings.actions.outbound_changes import announce_change
from tidings.domain.contact_lists import (
    MOST_LISTS,
    Columns,
    TypedColumn,
    check_columns,
    check_region,
    columns_differ,
)
from tidings.domain.errors import Kind, Rejection, absent, conflict
from tidings.domain.permissions import Caller
from tidings.store import contact_lists as store
from tidings.store.contact_jobs import delete_jobs_of
from tidings.store.contacts import remove_contacts
from tidings.store.ids import new_id
from tidings.store.query import Connection, execute, fetch_one, fetch_optional

VIEW = "outbound:contactList:view"
ADD = "outbound:contactList:add"
EDIT = "outbound:contactList:edit"
DELETE = "outbound:contactList:delete"
UPLOAD = "outbound:contactList:upload"


class ListDraft(msgspec.Struct, frozen=True, kw_only=True):
    """A list as it is asked for; of a change, None keeps what is."""

    name: str | None = None
    division_id: UUID | None = None
    names: list[str] | None = None
    whatsapp: list[TypedColumn] | None = None
    phone: list[TypedColumn] | None = None
    email: list[TypedColumn] | None = None
    columns: Columns
    trim_whitespace: bool | None = None
    default_region: str | None = None


async def create_list(connection: Connection, caller: Caller, draft: ListDraft) -> store.ListRow:
    """Make a list (C3). 400 names the column that does not fit, 409 a taken name or the limit."""
    name = check_name(draft.name)
    check_columns(draft.columns)
    region = check_region(draft.default_region)
    division_id = await choose_division(connection, caller, draft.division_id, permission=ADD)
    every = await fetch_one(
        connection, store.count_lists(caller.organization_id, store.ListChoice())
    )
    if every.count >= MOST_LISTS:
        raise conflict(
            "contact.list.limit",
            f"An organization has at most {MOST_LISTS:,} contact lists; delete one first.",
        )
    list_id = new_id()
    made = store.ListDraft(
        name=name,
        division_id=division_id,
        columns=draft.columns,
        trim_whitespace=draft.trim_whitespace is not False,
        default_region=region,
        created_by=caller.id,
    )
    query = store.insert_list(caller.organization_id, list_id, made)
    await insert_named(connection, query, name)
    after = await access_list(connection, caller, list_id, permission=ADD)
    await announce_change(connection, caller, "create", subject_of(after), after=after)
    return after


async def access_list(
    connection: Connection, caller: Caller, list_id: UUID, *, permission: str = VIEW
) -> store.ListRow:
    """The list, or a 404 unless the permission is held in its division."""
    chosen = store.ListChoice(caller.divisions(permission), ids=[list_id])
    query = store.select_lists(caller.organization_id, chosen, descending=False, limit=1, offset=0)
    row = await fetch_optional(connection, query)
    if row is None:
        raise absent("contact list", list_id)
    return row


async def change_list(
    connection: Connection,
    caller: Caller,
    list_id: UUID,
    draft: ListDraft,
    *,
    version: int | None,
) -> store.ListRow:
    """Rename a list, move it or change how its files are read; columns never change.

    400 for other columns, 409 when somebody changed it meanwhile or the name is taken.
    """
    before = await access_list(connection, caller, list_id, permission=EDIT)
    _check_same_columns(before, draft)
    division_id = await choose_division(
        connection, caller, draft.division_id, permission=EDIT, current=before.division_id
    )
    name = before.name if draft.name is None else check_name(draft.name)
    query = store.update_list(
        caller.organization_id,
        list_id,
        name=name,
        division_id=division_id,
        trim_whitespace=(
            before.trim_whitespace if draft.trim_whitespace is None else draft.trim_whitespace
        ),
        default_region=check_region(draft.default_region) or before.default_region,
        version=before.version if version is None else version,
    )
    await update_named(
        connection, query, name, what="contact list", sent=version, current=before.version
    )
    after = await access_list(connection, caller, list_id, permission=EDIT)
    await announce_change(
        connection, caller, "update", subject_of(after), before=before, after=after
    )
    return after


def _check_same_columns(before: store.ListRow, draft: ListDraft) -> None:
    if draft.names is not None and draft.names != before.columns:
        raise columns_differ("columnNames", "cannot.update.column.names")
    for given, was, field, code in (
        (draft.whatsapp, before.whatsapp_columns, "whatsAppColumns", "whatsapp"),
        (draft.phone, before.phone_columns, "phoneColumns", "phone"),
        (draft.email, before.email_columns, "emailColumns", "email"),
    ):
        if given is None:
            continue
        if {each.column_name for each in given} != {each["columnName"] for each in was}:
            raise columns_differ(field, f"cannot.update.{code}.columns")


async def delete_list(connection: Connection, caller: Caller, list_id: UUID) -> None:
    """Delete a list with its contacts; 400, as in the contract, while something uses it.

    What is still to be read into it is cancelled.
    """
    before = await access_list(connection, caller, list_id, permission=DELETE)
    await cancel_imports_into(connection, caller, list_id)
    await fetch_optional(connection, store.hold_list(caller.organization_id, list_id))
    await execute(connection, delete_jobs_of(caller.organization_id, list_id))
    try:
        await execute(connection, store.delete_list(caller.organization_id, list_id))
    except psycopg.errors.ForeignKeyViolation as error:
        raise list_in_use(before.name) from error
    await execute(connection, remove_contacts(caller.organization_id, list_id, None))
    await announce_change(connection, caller, "delete", subject_of(before), before=before)


def list_in_use(name: str) -> Rejection:
    """A 400, as in the contract, for deleting a list that something else still needs."""
    return Rejection(
        Kind.INVALID,
        "entity.in.use",
        f'The contact list "{name}" is referenced by another entity: a campaign or a contact '
        "list filter uses it. Delete those first.",
    )


def subject_of(row: store.ListRow) -> Subject:
    """How the list is named in audit rows and events."""
    return Subject("contactList", row.id, row.name, row.division_id)
