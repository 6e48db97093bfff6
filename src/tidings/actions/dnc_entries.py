"""What stands on do-not-contact lists: numbers, addresses and values are added and removed."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

import msgspec

from tidings.actions.dnc_lists import access_dnc_list, entries_not_taken, subject_of
from tidings.actions.outbound_changes import announce_change
from tidings.domain.dnc_lists import Entry, EntryKind, parse_entry, parse_expiry, takes
from tidings.domain.errors import Kind, Rejection, absent, invalid
from tidings.domain.permissions import Caller
from tidings.store import dnc_entries as store
from tidings.store.dnc_lists import DncListRow, sum_dnc_lists
from tidings.store.query import Connection, fetch, fetch_one, fetch_optional

MOST_AT_ONCE: Final = 1_000
MOST_OF_LIST: Final = 1_000_000
MOST_OF_ORGANIZATION: Final = 5_000_000
WORDS: Final = {
    EntryKind.PHONE: "a phone number; write it with its country code, such as +1 317 153 4777",
    EntryKind.EMAIL: "an e-mail address",
    EntryKind.CUSTOM: "a value of 1 to 512 characters",
}


class Told(msgspec.Struct, frozen=True):
    """How many entries were changed: what the audit trail keeps, without the entries."""

    kind: str
    count: int
    expires_at: datetime | None = None


async def access_entries(connection: Connection, caller: Caller, list_id: UUID) -> DncListRow:
    """A list of which the caller may see what stands on it, or a 404."""
    listed = await access_dnc_list(connection, caller, list_id)
    if not caller.may("outbound:dnc:view", listed.division_id):
        raise absent("do-not-contact list", list_id)
    return listed


async def add_entries(
    connection: Connection,
    caller: Caller,
    list_id: UUID,
    kind: EntryKind,
    texts: Sequence[str],
    *,
    field: str,
    expires: str | None = None,
    permission: str = "outbound:dnc:add",
) -> None:
    """Put entries on a list, all or none. 400 names the first that cannot be read.

    An entry that is there already gets the new expiry.
    """
    listed = await _access(connection, caller, list_id, kind, permission=permission)
    expires_at = parse_expiry(expires, now=datetime.now(UTC))
    entries = _parse(texts, kind, listed, field=field, expires_at=expires_at)
    await put_entries(connection, caller.organization_id, list_id, kind, entries)
    told = Told(kind, len(entries), expires_at)
    await announce_change(connection, caller, "add", subject_of(listed), after=told)


async def put_entries(
    connection: Connection,
    organization_id: UUID,
    list_id: UUID,
    kind: EntryKind,
    entries: Sequence[Entry],
) -> None:
    """Put entries, each key once, on a list in the caller's transaction, within the limits.

    400 when the list or the organization would hold too many, 404 when the list is gone.
    """
    if not entries:
        return
    size = await fetch_optional(
        connection, store.upsert_entries(organization_id, list_id, kind, entries)
    )
    if size is None:
        raise absent("do-not-contact list", list_id)
    if size.entry_count > MOST_OF_LIST:
        what = "phone.numbers" if kind is EntryKind.PHONE else "records"
        raise _too_many(f"dnc.{what}.per.list.limit.exceeded", "A list", MOST_OF_LIST)
    totals = await fetch_one(connection, sum_dnc_lists(organization_id))
    if totals.entries > MOST_OF_ORGANIZATION:
        raise _too_many(
            "dnc.records.per.organization.limit.exceeded", "An organization", MOST_OF_ORGANIZATION
        )


async def remove_entries(
    connection: Connection,
    caller: Caller,
    list_id: UUID,
    kind: EntryKind,
    texts: Sequence[str],
    *,
    field: str,
) -> None:
    """Take entries off a list; those that are not on it do not matter."""
    listed = await _access(connection, caller, list_id, kind, permission="outbound:dnc:edit")
    entries = _parse(texts, kind, listed, field=field)
    keys = [each.key for each in entries]
    await fetch(connection, store.delete_entries(caller.organization_id, list_id, kind, keys))
    told = Told(kind, len(entries))
    await announce_change(connection, caller, "remove", subject_of(listed), before=told)


async def clear_list(
    connection: Connection, caller: Caller, list_id: UUID, kind: EntryKind, *, expired_only: bool
) -> None:
    """Take everything of a kind off a list, or only what has expired."""
    listed = await _access(connection, caller, list_id, kind, permission="outbound:dnc:delete")
    clear = store.clear_entries(
        caller.organization_id,
        list_id,
        kind,
        expired_before=datetime.now(UTC) if expired_only else None,
    )
    size = await fetch_one(connection, clear)
    told = Told(kind, listed.entry_count - size.entry_count)
    await announce_change(connection, caller, "clear", subject_of(listed), before=told)


async def exclude_customer(connection: Connection, caller: Caller, conversation_id: UUID) -> None:
    """Put a conversation's customer on the DNC lists of the campaign that it came from.

    Where that campaign has none, or no campaign wrote, on the lists that collect opt-outs. Only
    lists on which the caller may add; 404 for a conversation elsewhere, 400 without any list.
    """
    divisions = caller.divisions("outbound:dnc:add")
    found = await fetch_optional(
        connection,
        store.select_conversation_lists(
            caller.organization_id, conversation_id, divisions=divisions
        ),
    )
    if found is None:
        raise absent("conversation", conversation_id)
    entry = parse_entry(found.address, EntryKind.PHONE)
    if entry is None:
        raise invalid("conversationId", "This conversation's customer has no phone number.")
    if not found.list_ids:
        raise invalid(
            "conversationId",
            "No do-not-contact list is for this conversation: its campaign has none, and no list "
            "on which you may add collects opt-outs.",
            code="dnc.no.list",
        )
    for list_id in sorted(found.list_ids):
        await put_entries(connection, caller.organization_id, list_id, EntryKind.PHONE, [entry])
        listed = await access_dnc_list(connection, caller, list_id, permission="outbound:dnc:add")
        told = Told(EntryKind.PHONE, 1)
        await announce_change(connection, caller, "add", subject_of(listed), after=told)


async def _access(
    connection: Connection, caller: Caller, list_id: UUID, kind: EntryKind, *, permission: str
) -> DncListRow:
    listed = await access_dnc_list(connection, caller, list_id, permission=permission)
    if not takes(kind, contact_method=listed.contact_method, source_type=listed.source_type):
        raise entries_not_taken(listed)
    return listed


def _parse(
    texts: Sequence[str],
    kind: EntryKind,
    listed: DncListRow,
    *,
    field: str,
    expires_at: datetime | None = None,
) -> list[Entry]:
    if not 0 < len(texts) <= MOST_AT_ONCE:
        raise invalid(field, f"Give 1 to {MOST_AT_ONCE} at once; import a file for more.")
    entries: dict[str, Entry] = {}
    for at, text in enumerate(texts):
        entry = parse_entry(text, kind, region=listed.default_region, expires_at=expires_at)
        if entry is None:
            raise invalid(f"{field}[{at}]", f'"{text[:50]}" is not {WORDS[kind]}.')
        entries[entry.key] = entry
    return list(entries.values())


def _too_many(code: str, what: str, most: int) -> Rejection:
    return Rejection(
        Kind.INVALID,
        code,
        f"{what} holds at most {most} do-not-contact entries. Remove old ones, or give them an "
        "expiry.",
        params={"limit": str(most)},
    )
