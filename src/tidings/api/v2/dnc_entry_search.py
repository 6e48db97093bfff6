"""Looking up what stands on a do-not-contact list over the API."""

from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Router, get
from litestar.params import QueryParameter

from tidings.actions.dnc_entries import WORDS, access_entries
from tidings.api.auth import needs
from tidings.api.paging import After, PageSize, keyset
from tidings.api.v2.dnc_views import PATH
from tidings.api.views import Keyset, Moment, View, moment, optional_moment
from tidings.domain.dnc_lists import EntryKind, parse_entry, part_of_key
from tidings.domain.errors import invalid
from tidings.domain.permissions import Caller
from tidings.store.database import Database
from tidings.store.dnc_entries import EntryChoice, FoundEntry, find_entries
from tidings.store.query import fetch

LONGEST_VALUE = 512
Value = Annotated[str | None, QueryParameter(name="value", max_length=LONGEST_VALUE)]


class Match(StrEnum):
    """How a value is looked for."""

    EXACT = "exact"
    CONTAINS = "contains"


class DncEntryView(View):
    """What stands on a list: a number, an address or a value, and until when it counts."""

    kind: str
    value: str
    date_added: Moment
    expiration_date_time: Moment | None = None

    @classmethod
    def of(cls, row: FoundEntry) -> "DncEntryView":
        """The entry as the API shows it."""
        return cls(
            kind=row.kind,
            value=row.value,
            date_added=moment(row.added_at),
            expiration_date_time=optional_moment(row.expires_at),
        )


@get("/{dnc_list_id:uuid}/entries", guards=[needs("outbound:dnc:view")])
async def list_entries(
    request: Request[Any, Any, Any],
    dnc_list_id: UUID,
    caller: Caller,
    database: Database,
    kind: EntryKind = EntryKind.PHONE,
    value: Value = None,
    match: Match = Match.CONTAINS,
    expires: Annotated[bool | None, QueryParameter(name="expires")] = None,
    after: After = None,
    page_size: PageSize = 25,
) -> Keyset[DncEntryView]:
    """List what stands on a list, by kind, or look a value up, formatted in any way.

    `match` says whether the value is looked for as a whole or as a part; `expires` leaves those
    that have an expiry, or those that stay. A page looks at a bounded number of entries: it may
    be short, and goes on at nextUri as long as there is one.
    """
    owner = caller.organization_id
    async with database.transaction(owner) as connection:
        listed = await access_entries(connection, caller, dnc_list_id)
        exactly = part = None
        if value is not None and match is Match.EXACT:
            exactly = _key(value, kind, region=listed.default_region)
        elif value is not None:
            part = _part(value, kind)
        wanted = EntryChoice(exactly=exactly, part=part, expires=expires)
        find = find_entries(
            owner, dnc_list_id, kind, wanted, after_key=after or "", limit=page_size
        )
        found = await fetch(connection, find)
    entities = [DncEntryView.of(row) for row in found if row.fits]
    goes_on = bool(found) and (len(found) == page_size or found[-1].is_end)
    return keyset(
        request,
        page_size,
        entities=entities,
        last_key=found[-1].key if goes_on else None,
        may_be_short=True,
    )


def _key(value: str, kind: EntryKind, *, region: str | None) -> str:
    entry = parse_entry(value, kind, region=region)
    if entry is None:
        raise invalid("value", f'"{value[:50]}" is not {WORDS[kind]}.')
    return entry.key


def _part(value: str, kind: EntryKind) -> str:
    part = part_of_key(value, kind)
    if not part or "\0" in part:
        what = "digits" if kind is EntryKind.PHONE else "characters"
        raise invalid("value", f"Give some {what} to look for.")
    return part


dnc_entry_search_router = Router(PATH, route_handlers=[list_entries], tags=["Outbound"])
