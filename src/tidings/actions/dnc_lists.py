"""Do-not-contact lists: create, change, delete. What stands on them is dnc_entries.py."""

from typing import Final
from uuid import UUID

import msgspec

from tidings.actions.changes import Subject
from tidings.actions.divisions import choose_division
from tidings.actions.imports import cancel_imports_into
from tidings.actions.names import check_name, insert_named, update_named
from tidings.actions.outbound_changes import announce_change, in_use
from tidings.domain.dnc_lists import IMPORTING, ContactMethod, SourceType, check_region
from tidings.domain.errors import Rejection, absent, conflict, invalid
from tidings.domain.permissions import Caller
from tidings.store import dnc_lists as store
from tidings.store.dnc_entries import clear_entries
from tidings.store.ids import new_id
from tidings.store.query import Connection, execute, fetch_one, fetch_optional

VIEW: Final = "outbound:dncList:view"
MOST_LISTS: Final = 1_000
LONGEST_COLUMN: Final = 128


class DncListDraft(msgspec.Struct, frozen=True, kw_only=True):
    """A list as it is asked for; of a change, None keeps what is."""

    name: str | None = None
    division_id: UUID | None = None
    contact_method: str | None = None
    source_type: str | None = None
    custom_column: str | None = None
    collects_opt_outs: bool | None = None
    default_region: str | None = None


async def create_dnc_list(
    connection: Connection, caller: Caller, draft: DncListDraft
) -> store.DncListRow:
    """Create a list (C7). 400 at the field that does not fit, 409 when the name is taken."""
    content = store.DncListContent(
        name=check_name(draft.name),
        contact_method=_check_method(draft),
        source_type=_check_source(draft.source_type),
        custom_column=_check_column(draft),
        collects_opt_outs=bool(draft.collects_opt_outs),
        default_region=check_region(draft.default_region),
        division_id=await choose_division(
            connection, caller, draft.division_id, permission="outbound:dncList:add"
        ),
    )
    _check_collecting(content)
    totals = await fetch_one(connection, store.sum_dnc_lists(caller.organization_id))
    if totals.lists >= MOST_LISTS:
        raise conflict(
            "dnc.list.limit",
            f"An organization has at most {MOST_LISTS} do-not-contact lists; delete old ones.",
        )
    list_id = new_id()
    insert = store.insert_dnc_list(caller.organization_id, list_id, content, created_by=caller.id)
    await insert_named(connection, insert, content.name)
    after = await _read(connection, caller, list_id)
    await announce_change(connection, caller, "create", subject_of(after), after=after)
    return after


async def access_dnc_list(
    connection: Connection, caller: Caller, list_id: UUID, *, permission: str = VIEW
) -> store.DncListRow:
    """The list, or a 404 unless the permission is held in its division."""
    chosen = store.DncChoice(caller.divisions(permission), ids=[list_id])
    row = await fetch_optional(
        connection, store.select_dnc_lists(caller.organization_id, chosen, limit=1, offset=0)
    )
    if row is None:
        raise absent("do-not-contact list", list_id)
    return row


async def change_dnc_list(
    connection: Connection,
    caller: Caller,
    list_id: UUID,
    draft: DncListDraft,
    *,
    version: int | None,
) -> store.DncListRow:
    """Rename, move or set a list anew; 409 when it was changed meanwhile.

    What its entries are keyed by stays: 400 for another source, contact method or column.
    """
    edit = "outbound:dncList:edit"
    before = await access_dnc_list(connection, caller, list_id, permission=edit)
    content = await _changed(connection, caller, before, draft)
    wanted = before.version if version is None else version
    update = store.update_dnc_list(caller.organization_id, list_id, content, version=wanted)
    what = "do-not-contact list"
    await update_named(
        connection, update, content.name, what=what, sent=version, current=before.version
    )
    after = await _read(connection, caller, list_id)
    await announce_change(
        connection, caller, "update", subject_of(after), before=before, after=after
    )
    return after


async def _changed(
    connection: Connection, caller: Caller, before: store.DncListRow, draft: DncListDraft
) -> store.DncListContent:
    for field, sent, kept in (
        ("contactMethod", draft.contact_method, before.contact_method),
        ("dncSourceType", draft.source_type, before.source_type),
        ("customExclusionColumn", draft.custom_column, before.custom_column),
    ):
        if sent not in (None, kept) and (before.source_type, field) != _IGNORED:
            raise invalid(field, f"{field} cannot be changed; create another list.")
    division_id = await choose_division(
        connection,
        caller,
        draft.division_id,
        permission="outbound:dncList:edit",
        current=before.division_id,
    )
    collects = draft.collects_opt_outs
    region = draft.default_region
    content = store.DncListContent(
        name=before.name if draft.name is None else check_name(draft.name),
        division_id=division_id,
        contact_method=before.contact_method,
        source_type=before.source_type,
        custom_column=before.custom_column,
        collects_opt_outs=before.collects_opt_outs if collects is None else collects,
        default_region=before.default_region if region is None else check_region(region),
    )
    _check_collecting(content)
    return content


# A custom list has no contact method of its own; what a client sends along is read over.
_IGNORED: Final = (SourceType.CUSTOM, "contactMethod")


async def accept_import(connection: Connection, caller: Caller, list_id: UUID) -> store.DncListRow:
    """Say that a list is good although its last import failed, in part or whole (C7).

    It counts until the next import. 409 while one is under way: nobody knows yet what it brings.
    """
    edit = "outbound:dncList:edit"
    before = await access_dnc_list(connection, caller, list_id, permission=edit)
    if before.import_state in IMPORTING:
        raise conflict(
            "dnc.list.import.running",
            f'The list "{before.name}" is being imported; wait until the import is done.',
        )
    await execute(connection, store.accept_last_import(caller.organization_id, list_id))
    after = await _read(connection, caller, list_id)
    subject = subject_of(after)
    await announce_change(connection, caller, "acceptImport", subject, before=before, after=after)
    return after


async def delete_dnc_list(connection: Connection, caller: Caller, list_id: UUID) -> None:
    """Delete a list with its entries; 400 while a campaign uses it. Its imports are cancelled."""
    organization_id = caller.organization_id
    before = await access_dnc_list(
        connection, caller, list_id, permission="outbound:dncList:delete"
    )
    await execute(connection, store.lock_dnc_list(organization_id, list_id))
    users = await fetch_one(connection, store.count_campaigns_with(organization_id, list_id))
    if users.count:
        raise in_use("do-not-contact list", before.name)
    await cancel_imports_into(connection, caller, list_id)
    await execute(connection, clear_entries(organization_id, list_id, None))
    await execute(connection, store.delete_dnc_list(organization_id, list_id))
    await announce_change(connection, caller, "delete", subject_of(before), before=before)


def _check_source(source_type: str | None) -> SourceType:
    try:
        return SourceType(source_type or "")
    except ValueError:
        raise invalid(
            "dncSourceType",
            "dncSourceType is rds (addresses) or rds_custom (values of a column); lists of "
            "other providers are not kept here.",
        ) from None


def _check_method(draft: DncListDraft) -> ContactMethod:
    if draft.source_type == SourceType.CUSTOM:
        return ContactMethod.ANY
    try:
        return ContactMethod(draft.contact_method or "")
    except ValueError:
        raise invalid(
            "contactMethod", f"contactMethod is one of {', '.join(ContactMethod)}."
        ) from None


def _check_column(draft: DncListDraft) -> str | None:
    if draft.source_type != SourceType.CUSTOM:
        return None
    column = (draft.custom_column or "").strip()
    if not 0 < len(column) <= LONGEST_COLUMN:
        raise invalid(
            "customExclusionColumn",
            "A list of the type rds_custom needs customExclusionColumn: the contact column whose "
            f"values are kept on it, at most {LONGEST_COLUMN} characters.",
        )
    return column


def _check_collecting(content: store.DncListContent) -> None:
    holds_phones = (
        content.source_type == SourceType.ADDRESSES
        and content.contact_method != ContactMethod.EMAIL
    )
    if content.collects_opt_outs and not holds_phones:
        raise invalid("collectsOptOuts", "Only a list of phone numbers can collect opt-outs.")


async def _read(connection: Connection, caller: Caller, list_id: UUID) -> store.DncListRow:
    chosen = store.DncChoice(ids=[list_id])
    return await fetch_one(
        connection, store.select_dnc_lists(caller.organization_id, chosen, limit=1, offset=0)
    )


def subject_of(row: store.DncListRow) -> Subject:
    """The list as audit rows and events name it."""
    return Subject("dncList", row.id, row.name, row.division_id)


def entries_not_taken(row: store.DncListRow) -> Rejection:
    """A 400 for entries of a kind that the list does not hold."""
    held = row.custom_column if row.source_type == SourceType.CUSTOM else row.contact_method
    return invalid(
        "dncListId",
        f'The list "{row.name}" holds {held}; such entries do not go on it.',
        code="dnc.source.operation.not.supported",
    )
