"""Contact list filters: create, change, delete. A filter lives in its contact list's division."""

from datetime import UTC, datetime
from uuid import UUID

import msgspec
import psycopg

from tidings.actions.changes import Subject
from tidings.actions.names import check_name, insert_named, update_named
from tidings.actions.outbound_changes import announce_change, in_use
from tidings.domain.contact_filter_checks import check_filter
from tidings.domain.contact_filters import ContactFilter
from tidings.domain.errors import absent, conflict, invalid
from tidings.domain.permissions import Caller
from tidings.store import contact_list_filters as store
from tidings.store.ids import new_id
from tidings.store.query import Connection, Count, Query, execute, fetch, fetch_one, fetch_optional

VIEW = "outbound:contactListFilter:view"
MOST_FILTERS = 1_000
LONGEST_COUNT_MS = 3_000
SAMPLED_ONE_IN = 20


class FilterDraft(msgspec.Struct, frozen=True):
    """A filter as it is asked for; of a change, None keeps what is."""

    name: str | None
    list_id: UUID | None
    conditions: ContactFilter


class Preview(msgspec.Struct, frozen=True):
    """Whom a filter chooses of its list."""

    listed: store.FilteredList
    first: list[store.ChosenContact]
    count: int
    is_estimated: bool


async def create_filter(
    connection: Connection, caller: Caller, draft: FilterDraft
) -> store.FilterRow:
    """Create a filter over a contact list that the caller may see (C5)."""
    name = check_name(draft.name)
    add = "outbound:contactListFilter:add"
    listed = await access_filtered_list(connection, caller, draft.list_id, permission=add)
    check_filter(draft.conditions, listed.columns)
    await _check_room(connection, caller)
    filter_id = new_id()
    insert = store.insert_filter(
        caller.organization_id,
        filter_id,
        draft.conditions,
        list_id=listed.id,
        name=name,
        created_by=caller.id,
    )
    await insert_named(connection, insert, name)
    after = await access_filter(connection, caller, filter_id, permission=add)
    await announce_change(connection, caller, "create", _subject(after), after=after)
    return after


async def access_filter(
    connection: Connection, caller: Caller, filter_id: UUID, *, permission: str = VIEW
) -> store.FilterRow:
    """The filter, or a 404 unless the permission is held in its list's division."""
    chosen = store.FilterChoice(caller.divisions(permission), ids=[filter_id])
    row = await fetch_optional(
        connection, store.select_filters(caller.organization_id, chosen, limit=1, offset=0)
    )
    if row is None:
        raise absent("contact list filter", filter_id)
    return row


async def preview_filter(
    connection: Connection, caller: Caller, draft: FilterDraft, *, shown: int
) -> Preview:
    """Try a filter on its list: how many contacts it chooses, and the first of them.

    A filter that takes too long on a large list is counted on every twentieth contact.
    """
    listed = await access_filtered_list(
        connection, caller, draft.list_id, permission="outbound:contact:view"
    )
    check_filter(draft.conditions, listed.columns)
    now = datetime.now(UTC)

    def count(one_in: int) -> Query[Count]:
        return store.count_chosen(
            caller.organization_id,
            listed.id,
            draft.conditions,
            columns=listed.columns,
            now=now,
            one_in=one_in,
        )

    first: list[store.ChosenContact] = []
    select_first = store.select_chosen(
        caller.organization_id,
        listed.id,
        draft.conditions,
        columns=listed.columns,
        now=now,
        limit=shown,
    )
    try:
        async with connection.transaction():
            await execute(connection, store.limit_statements(LONGEST_COUNT_MS))
            first = await fetch(connection, select_first)
            found = (await fetch_one(connection, count(1))).count
    except psycopg.errors.QueryCanceled:
        sample = (await fetch_one(connection, count(SAMPLED_ONE_IN))).count
        return Preview(listed, first, sample * SAMPLED_ONE_IN, is_estimated=True)
    return Preview(listed, first, found, is_estimated=False)


async def access_filtered_list(
    connection: Connection, caller: Caller, list_id: UUID | None, *, permission: str
) -> store.FilteredList:
    """The contact list that a filter is for; 400 when there is none that the caller may use."""
    field = "contactList.id"
    if list_id is None:
        raise invalid(field, "Say which contact list the filter is for: give contactList.id.")
    listed = await fetch_optional(
        connection,
        store.select_filtered_list(
            caller.organization_id, list_id, divisions=caller.divisions(permission)
        ),
    )
    if listed is None:
        raise invalid(field, f"There is no contact list {list_id} that you may use here.")
    return listed


async def change_filter(
    connection: Connection,
    caller: Caller,
    filter_id: UUID,
    draft: FilterDraft,
    *,
    version: int | None,
) -> store.FilterRow:
    """Rename a filter or change its conditions; 409 when it was changed meanwhile.

    It stays with its contact list. Campaigns that run have their contacts already: a change
    counts from their next start on.
    """
    edit = "outbound:contactListFilter:edit"
    before = await access_filter(connection, caller, filter_id, permission=edit)
    if draft.list_id not in (None, before.list_id):
        raise invalid("contactList.id", "A filter stays with its contact list; create another.")
    check_filter(draft.conditions, before.columns)
    name = before.name if draft.name is None else check_name(draft.name)
    update = store.update_filter(
        caller.organization_id,
        filter_id,
        draft.conditions,
        name=name,
        version=before.version if version is None else version,
    )
    what = "contact list filter"
    await update_named(connection, update, name, what=what, sent=version, current=before.version)
    after = await access_filter(connection, caller, filter_id, permission=edit)
    await announce_change(connection, caller, "update", _subject(after), before=before, after=after)
    return after


async def delete_filter(connection: Connection, caller: Caller, filter_id: UUID) -> None:
    """Delete a filter; 400 while a campaign uses it."""
    before = await access_filter(
        connection, caller, filter_id, permission="outbound:contactListFilter:delete"
    )
    try:
        await execute(connection, store.delete_filter(caller.organization_id, filter_id))
    except psycopg.errors.ForeignKeyViolation as error:
        raise in_use("contact list filter", before.name) from error
    await announce_change(connection, caller, "delete", _subject(before), before=before)


async def _check_room(connection: Connection, caller: Caller) -> None:
    everything = store.FilterChoice()
    count = await fetch_one(connection, store.count_filters(caller.organization_id, everything))
    if count.count >= MOST_FILTERS:
        raise conflict(
            "filter.limit",
            f"An organization has at most {MOST_FILTERS} contact list filters; delete old ones.",
        )


def _subject(row: store.FilterRow) -> Subject:
    return Subject("contactListFilter", row.id, row.name, row.division_id)
