"""Jobs over many contacts as people ask for them: which contacts, and what becomes of them.

What is asked for is written down whole, so that a filter changed later does not change a job
that runs already.
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import msgspec

from tidings.actions.contact_list_filters import access_filter
from tidings.actions.contact_lists import access_list, subject_of
from tidings.actions.contacts import DELETE, EDIT, MOST_AT_ONCE, bad_cell
from tidings.actions.outbound_changes import announce_change
from tidings.domain.contact_filter_checks import check_filter
from tidings.domain.contact_filters import ContactFilter
from tidings.domain.contact_lists import BadCell
from tidings.domain.errors import Rejection, absent, invalid
from tidings.domain.permissions import Caller
from tidings.store import contact_jobs as store
from tidings.store.contact_lists import ListRow
from tidings.store.ids import new_id
from tidings.store.query import Connection, fetch_one


class Changing(msgspec.Struct, frozen=True, kw_only=True):
    """What contacts get, and which if they are named one by one."""

    data: Mapping[str, Any]
    callable: bool | None = None
    ids: list[str] | None = None


class JobRequest(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A job as it is written down."""

    filter: ContactFilter | None = None
    ids: list[str] | None = None
    values: dict[str, str] = {}
    callable: bool | None = None


async def choose(
    connection: Connection,
    caller: Caller,
    row: ListRow,
    *,
    filter_id: UUID | None,
    criteria: ContactFilter | None,
) -> ContactFilter | None:
    """The conditions that are asked for, by a filter of this list or spelled out; None for none."""
    if filter_id is not None and criteria is not None:
        raise invalid("criteria", "Give contactListFilterId or criteria, not both.")
    if filter_id is not None:
        found = await access_filter(
            connection,
            caller,
            filter_id,
        )
        if found.list_id != row.id:
            raise invalid("contactListFilterId", "The filter is for another contact list.")
        return found.conditions()
    if criteria is not None:
        check_filter(criteria, row.columns)
    return criteria


async def remove_many(
    connection: Connection,
    caller: Caller,
    list_id: UUID,
    *,
    filter_id: UUID | None,
    criteria: ContactFilter | None,
) -> store.JobRow:
    """Delete the contacts that are chosen, by and by. 400 when nothing chooses them."""
    row = await access_list(connection, caller, list_id, permission=DELETE)
    chosen = await choose(connection, caller, row, filter_id=filter_id, criteria=criteria)
    if chosen is None:
        raise invalid(
            "criteria",
            "Say which contacts: give contactListFilterId or criteria. To delete all "
            "of them, clear the list.",
        )
    return await _ask(connection, caller, row, store.DELETE, JobRequest(filter=chosen))


async def change_many(
    connection: Connection,
    caller: Caller,
    list_id: UUID,
    change: Changing,
    *,
    filter_id: UUID | None,
    criteria: ContactFilter | None,
) -> store.JobRow:
    """Give the contacts that are chosen other values, by and by; other columns stay."""
    row = await access_list(connection, caller, list_id, permission=EDIT)
    chosen = await choose(connection, caller, row, filter_id=filter_id, criteria=criteria)
    if (chosen is None) == (change.ids is None):
        raise invalid(
            "contactIds", "Say which contacts: give contactIds, contactListFilterId or criteria."
        )
    if len(change.ids or ()) > MOST_AT_ONCE or any("\0" in each for each in change.ids or ()):
        raise invalid("contactIds", f"Name at most {MOST_AT_ONCE:,} contacts at once.")
    if not change.data and change.callable is None:
        raise invalid("contact.data", "Say what the contacts get: data, or callable.")
    request = JobRequest(
        filter=chosen, ids=change.ids, values=_values(row, change), callable=change.callable
    )
    return await _ask(connection, caller, row, store.EDIT, request)


def _values(row: ListRow, change: Changing) -> dict[str, str]:
    try:
        values = row.cell_reader().read_mapping(change.data)
    except BadCell as error:
        raise bad_cell(error, "contact.") from None
    pairs = zip(row.columns, values, strict=True)
    return {name: value for name, value in pairs if name in change.data}


async def _ask(
    connection: Connection, caller: Caller, row: ListRow, kind: str, request: JobRequest
) -> store.JobRow:
    query = store.insert_job(
        caller.organization_id,
        new_id(),
        list_id=row.id,
        kind=kind,
        request=msgspec.to_builtins(request),
        created_by=caller.name,
    )
    job = await fetch_one(connection, query)
    action = "deleteContacts" if kind == store.DELETE else "changeContacts"
    await announce_change(connection, caller, action, subject_of(row), after=request)
    return job


def no_job(job_id: UUID) -> Rejection:
    """A 404 for a job that is not there."""
    return absent("job", job_id)
