"""Exports as people ask for them: a file is ordered, looked for, and fetched."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

import msgspec

from tidings.actions.campaigns import access_campaign
from tidings.actions.changes import Subject, record_change
from tidings.actions.contact_list_filters import access_filter
from tidings.actions.dnc_entries import access_entries
from tidings.domain.errors import Kind, Rejection, absent, invalid
from tidings.domain.permissions import Caller
from tidings.store import exports as store
from tidings.store.campaigns import CampaignRow
from tidings.store.contact_list_filters import FilteredList, select_filtered_list
from tidings.store.database import Database
from tidings.store.ids import new_id
from tidings.store.query import Connection, fetch, fetch_one, fetch_optional

GOOD_FOR: Final = timedelta(days=7)
MOST_IDS: Final = 1_000
MOST_LISTED: Final = 25
FORMATS: Final = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
CONTACTS_NEED: Final = ("outbound:contact:view", "outbound:contactList:view")
RESULTS_NEED: Final = ("outbound:contact:view", "outbound:whatsAppCampaign:view")
INTERACTIONS_NEED: Final = "analytics:conversationDetail:view"


class ContactsWanted(msgspec.Struct, frozen=True):
    """Which contacts of a list: those that a filter chooses, those with ids, or all."""

    filter_id: UUID | None = None
    contact_ids: Sequence[str] = ()


async def order_contacts(
    connection: Connection, caller: Caller, list_id: UUID, wanted: ContactsWanted, *, form: str
) -> store.ExportRow:
    """Order a file of a list's contacts; 404 for a list elsewhere, 400 for a foreign filter."""
    listed = await _access_contact_list(connection, caller, list_id)
    options: dict[str, Any] = {}
    if wanted.filter_id is not None:
        row = await access_filter(
            connection, caller, wanted.filter_id, permission="outbound:contact:view"
        )
        if row.list_id != list_id:
            raise invalid(
                "contactListFilterId", f'The filter "{row.name}" is of another contact list.'
            )
        options["conditions"] = msgspec.to_builtins(row.conditions())
    if len(wanted.contact_ids) > MOST_IDS:
        raise invalid("contactIds", f"Name at most {MOST_IDS} contacts, or use a filter.")
    if wanted.contact_ids:
        options["contactIds"] = list(wanted.contact_ids)
    return await order_export(
        connection, caller, store.CONTACTS, list_id, name=listed.name, form=form, options=options
    )


async def order_dnc(
    connection: Connection, caller: Caller, list_id: UUID, *, form: str
) -> store.ExportRow:
    """Order a file of what stands on a do-not-contact list; 404 for a list elsewhere."""
    listed = await access_entries(connection, caller, list_id)
    return await order_export(connection, caller, store.DNC, list_id, name=listed.name, form=form)


async def order_results(
    connection: Connection, caller: Caller, campaign_id: UUID, *, form: str
) -> store.ExportRow:
    """Order a file of what became of a campaign's contacts; 404 for a campaign elsewhere."""
    row = await _access_results(connection, caller, campaign_id)
    return await order_export(
        connection, caller, store.CAMPAIGN_RESULTS, campaign_id, name=row.name, form=form
    )


async def order_export(
    connection: Connection,
    caller: Caller,
    kind: str,
    target_id: UUID,
    *,
    name: str,
    form: str,
    options: dict[str, Any] | None = None,
) -> store.ExportRow:
    """Order a file about something that the caller may see; `form` is csv or xlsx."""
    content_type = FORMATS.get(form.lower())
    if content_type is None:
        raise invalid("format", f"A file is one of {', '.join(FORMATS)}.")
    draft = store.ExportDraft(
        kind=kind,
        target_id=target_id,
        options=options or {},
        file_name=f"{_plain(name)}.{form.lower()}",
        content_type=content_type,
    )
    row = await fetch_one(
        connection,
        store.insert_export(
            caller.organization_id,
            new_id(),
            draft,
            created_by_id=caller.id,
            expires_at=datetime.now(UTC) + GOOD_FOR,
        ),
    )
    told = {"exportId": str(row.id), "format": form.lower()}
    subject = Subject(f"{kind}Export", target_id, name)
    await record_change(connection, caller, "export", subject, after=told)
    return row


async def find_export(
    connection: Connection, caller: Caller, kind: str, target_id: UUID
) -> store.ExportRow:
    """The newest file of something, once it is made.

    404 while it is being made or when none was ordered; 400 when it could not be made.
    """
    await MAY_SEE[kind](connection, caller, target_id)
    row = await fetch_optional(
        connection, store.select_newest_export(caller.organization_id, kind, target_id)
    )
    if row is None:
        raise Rejection(Kind.ABSENT, "export.not.found", "There is no export; order one with POST.")
    return _checked(row)


async def list_exports(
    connection: Connection, caller: Caller, kind: str, target_id: UUID
) -> list[store.ExportRow]:
    """The latest files of something, made or not, for whoever may see what is in them."""
    await MAY_SEE[kind](connection, caller, target_id)
    query = store.select_exports(caller.organization_id, kind, target_id, limit=MOST_LISTED)
    return await fetch(connection, query)


async def access_export(connection: Connection, caller: Caller, export_id: UUID) -> store.ExportRow:
    """A file that is made, for whoever may see what is in it; 404 for others."""
    row = await fetch_optional(connection, store.select_export(caller.organization_id, export_id))
    if row is None or row.target_id is None:
        raise absent("download", export_id)
    await MAY_SEE[row.kind](connection, caller, row.target_id)
    if row.kind == store.INTERACTIONS and not _covers_divisions(caller, row):
        raise absent("download", export_id)
    return _checked(row)


async def read_file(database: Database, export: store.ExportRow) -> AsyncIterator[bytes]:
    """The file piece by piece; no connection is held between two of them."""
    at = 0
    while at < export.total_bytes:
        query = store.select_export_chunk(export.organization_id, export.id, from_byte=at)
        async with database.transaction(export.organization_id) as connection:
            chunk = await fetch_optional(connection, query)
        if chunk is None:
            raise RuntimeError("the file of an export went while it was read")
        yield chunk.body
        at += len(chunk.body)


def _checked(row: store.ExportRow) -> store.ExportRow:
    if row.state == "failed":
        raise Rejection(Kind.INVALID, "export.failed", f"The export failed. {row.failure}")
    if row.state != "done":
        raise Rejection(
            Kind.ABSENT,
            "export.not.ready",
            "The export is still being made; ask again in a moment.",
        )
    return row


async def _access_contact_list(
    connection: Connection, caller: Caller, list_id: UUID
) -> FilteredList:
    listed = await fetch_optional(
        connection,
        select_filtered_list(
            caller.organization_id, list_id, divisions=caller.divisions(CONTACTS_NEED[1])
        ),
    )
    if listed is None or not caller.may(CONTACTS_NEED[0], listed.division_id):
        raise absent("contact list", list_id)
    return listed


async def _see_contact_list(connection: Connection, caller: Caller, list_id: UUID) -> None:
    await _access_contact_list(connection, caller, list_id)


async def _see_dnc_list(connection: Connection, caller: Caller, list_id: UUID) -> None:
    await access_entries(connection, caller, list_id)


async def _access_results(connection: Connection, caller: Caller, campaign_id: UUID) -> CampaignRow:
    row = await access_campaign(connection, caller, campaign_id, permission=RESULTS_NEED[1])
    if not caller.may(RESULTS_NEED[0], row.division_id):
        raise absent("campaign", campaign_id)
    return row


async def _see_campaign(connection: Connection, caller: Caller, campaign_id: UUID) -> None:
    await _access_results(connection, caller, campaign_id)


async def _see_own(_: Connection, caller: Caller, owner_id: UUID) -> None:
    """A file of interactions belongs to whoever ordered it."""
    if caller.id != owner_id or not caller.may(INTERACTIONS_NEED):
        raise absent("download", owner_id)


def _covers_divisions(caller: Caller, row: store.ExportRow) -> bool:
    """Whether the caller still sees all the divisions that the file was made of."""
    now = caller.divisions(INTERACTIONS_NEED)
    then = row.options.get("divisions")
    return now is None or (then is not None and {str(each) for each in now}.issuperset(then))


# Raises a 404 unless the caller may see what a file of this kind is about.
MAY_SEE: dict[str, Callable[[Connection, Caller, UUID], Awaitable[None]]] = {
    store.CONTACTS: _see_contact_list,
    store.DNC: _see_dnc_list,
    store.CAMPAIGN_RESULTS: _see_campaign,
    store.INTERACTIONS: _see_own,
}


def _plain(name: str) -> str:
    """A name that every file system takes."""
    return "".join(each if each.isalnum() or each in " ._-" else "_" for each in name)[:100]
