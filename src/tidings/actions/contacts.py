"""Contacts: add, change, delete, one or up to a thousand at once. Files are imported instead."""

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import msgspec

from tidings.actions.contact_lists import access_list, subject_of
from tidings.actions.outbound_changes import announce_change
from tidings.domain.contact_lists import (
    MOST_CONTACTS,
    MOST_CONTACTS_OF_LIST,
    BadCell,
    check_contact_id,
)
from tidings.domain.errors import absent, conflict, invalid
from tidings.domain.permissions import Caller
from tidings.store import contacts as store
from tidings.store.contact_batches import ContactBatch, put_contacts
from tidings.store.contact_lists import ListRow, count_contacts, hold_list
from tidings.store.ids import new_id
from tidings.store.query import Connection, execute, fetch, fetch_one, fetch_optional

VIEW = "outbound:contact:view"
ADD = "outbound:contact:add"
EDIT = "outbound:contact:edit"
DELETE = "outbound:contact:delete"
MOST_AT_ONCE = 1_000


class ContactDraft(msgspec.Struct, frozen=True, kw_only=True):
    """A contact as it is asked for; without an id it gets one."""

    id: str | None = None
    list_id: str | None = None
    data: Mapping[str, Any]
    callable: bool | None = None


class Contacts(msgspec.Struct, frozen=True):
    """Contacts with the list whose columns their values belong to."""

    of_list: ListRow
    rows: list[store.ContactRow]


class Tally(msgspec.Struct, frozen=True):
    """How many contacts a change was about, for its audit row."""

    contacts: int


async def add_contacts(
    connection: Connection,
    caller: Caller,
    list_id: UUID,
    drafts: Sequence[ContactDraft],
    *,
    clear_system_data: bool,
) -> Contacts:
    """Add contacts, or update those whose id the list has; the last of an id wins.

    All or none. 400 names the contact and the column that do not fit; 409 when the list or the
    organization is full.
    """
    row = await access_list(connection, caller, list_id, permission=ADD)
    if not 0 < len(drafts) <= MOST_AT_ONCE:
        raise invalid("contacts", f"Send 1 to {MOST_AT_ONCE:,} contacts at once.")
    values = _read_all(row, drafts)
    await _check_room(connection, caller, list_id, list(values))
    batch = ContactBatch(_csv(values), len(values), range(1, len(row.columns) + 1))
    await put_contacts(
        connection,
        caller.organization_id,
        list_id,
        batch,
        width=len(row.columns),
        clear_system_data=clear_system_data,
    )
    await _mark_callable(connection, caller, list_id, values, drafts)
    await _announce(connection, caller, "addContacts", row, count=len(values))
    added = await fetch(
        connection, store.select_contacts(caller.organization_id, list_id, list(values))
    )
    by_id = {each.id: each for each in added}
    return Contacts(row, [by_id[contact_id] for contact_id in values])


def _read_all(row: ListRow, drafts: Sequence[ContactDraft]) -> dict[str, list[str]]:
    """The values by contact id, in the order in which the ids come first."""
    reader = row.cell_reader()
    values: dict[str, list[str]] = {}
    for at, draft in enumerate(drafts):
        _check_list(draft, row, f"[{at}].contactListId")
        try:
            contact_id = str(new_id()) if draft.id is None else check_contact_id(draft.id)
            values[contact_id] = reader.read_mapping(draft.data)
        except BadCell as error:
            raise bad_cell(error, f"[{at}].") from None
    return values


def _check_list(draft: ContactDraft, row: ListRow, field: str) -> None:
    if draft.list_id is not None and draft.list_id != str(row.id):
        raise invalid(field, f"The contact is sent to the list {row.id}; name that one or none.")


def bad_cell(error: BadCell, field: str = "") -> Exception:
    """A 400 at the value that a contact cannot have."""
    at = "id" if error.column == "id" else f"data.{error.column[:100]}"
    return invalid(field + at, str(error))


async def _check_room(
    connection: Connection, caller: Caller, list_id: UUID, ids: list[str]
) -> None:
    """Hold the list to the end of the transaction, and see whether new contacts fit in."""
    held = await fetch_optional(connection, hold_list(caller.organization_id, list_id))
    if held is None:
        raise absent("contact list", list_id)
    total = (await fetch_one(connection, count_contacts(caller.organization_id))).count
    room = min(MOST_CONTACTS_OF_LIST - held.contact_count, MOST_CONTACTS - total)
    if room >= len(ids):
        return
    query = store.select_known_ids(caller.organization_id, list_id, ids)
    if len(ids) - len(await fetch(connection, query)) > room:
        raise conflict(
            "contact.limit",
            f"There is no room for so many contacts: a list holds at most "
            f"{MOST_CONTACTS_OF_LIST:,}, all lists together at most {MOST_CONTACTS:,}.",
        )


def _csv(values: Mapping[str, list[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(
        [number, contact_id, *cells] for number, (contact_id, cells) in enumerate(values.items())
    )
    return text.getvalue().encode()


async def _mark_callable(
    connection: Connection,
    caller: Caller,
    list_id: UUID,
    values: Mapping[str, list[str]],
    drafts: Sequence[ContactDraft],
) -> None:
    """What the drafts say about being messaged; those that say nothing stay as they are."""
    told = {
        contact_id: draft.callable
        for contact_id, draft in ((draft.id and draft.id.strip(), draft) for draft in drafts)
        if contact_id in values and draft.callable is not None
    }
    for wanted in (True, False):
        ids = [str(contact_id) for contact_id, said in told.items() if said is wanted]
        if ids:
            query = store.set_callable(caller.organization_id, list_id, ids, callable_=wanted)
            await execute(connection, query)


async def access_contact(
    connection: Connection, caller: Caller, list_id: UUID, contact_id: str, *, permission: str
) -> Contacts:
    """One contact with its list, or a 404."""
    row = await access_list(connection, caller, list_id, permission=permission)
    query = store.select_contact(caller.organization_id, list_id, contact_id)
    found = [] if "\0" in contact_id else await fetch(connection, query)
    if not found:
        raise absent("contact", contact_id[:100])
    return Contacts(row, found)


async def change_contact(
    connection: Connection, caller: Caller, list_id: UUID, contact_id: str, draft: ContactDraft
) -> Contacts:
    """Give a contact the values that are sent; columns that are not sent become empty."""
    before = await access_contact(connection, caller, list_id, contact_id, permission=EDIT)
    _check_list(draft, before.of_list, "contactListId")
    try:
        values = before.of_list.cell_reader().read_mapping(draft.data)
    except BadCell as error:
        raise bad_cell(error) from None
    callable_ = before.rows[0].callable if draft.callable is None else draft.callable
    query = store.update_contact(
        caller.organization_id, list_id, contact_id, values=values, callable_=callable_
    )
    changed = await fetch_optional(connection, query)
    if changed is None:
        raise absent("contact", contact_id[:100])
    await _announce(connection, caller, "changeContact", before.of_list, count=1)
    return Contacts(before.of_list, [changed])


async def remove_contacts(
    connection: Connection, caller: Caller, list_id: UUID, ids: Sequence[str] | None
) -> int:
    """Delete these contacts, or all of the list (None); gives how many there were."""
    row = await access_list(connection, caller, list_id, permission=DELETE)
    if ids is not None and not 0 < len(ids) <= MOST_AT_ONCE:
        raise invalid("contactIds", f"Name 1 to {MOST_AT_ONCE:,} contacts at once.")
    known = None if ids is None else [each for each in ids if "\0" not in each]
    await fetch_optional(connection, hold_list(caller.organization_id, list_id))
    query = store.remove_contacts(caller.organization_id, list_id, known)
    gone = (await fetch_one(connection, query)).count
    action = "clear" if ids is None else "deleteContacts"
    await _announce(connection, caller, action, row, count=gone)
    return gone


async def _announce(
    connection: Connection, caller: Caller, action: str, row: ListRow, *, count: int
) -> None:
    await announce_change(connection, caller, action, subject_of(row), after=Tally(count))
