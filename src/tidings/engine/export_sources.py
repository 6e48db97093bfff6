"""What can be exported: a source for each kind, read page by page; a new kind adds a line here."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from typing import Any, Protocol
from uuid import UUID

import msgspec

from tidings.actions.interaction_exports import HEADER, interaction_cells
from tidings.actions.interaction_walk import Search, find_page
from tidings.domain.contact_filters import ContactFilter
from tidings.domain.dispositions import disposition_of
from tidings.providers.meta_graph import describe
from tidings.store import exports as store
from tidings.store.campaign_results import ResultFilter, ResultRow, Run, run_of, select_results
from tidings.store.campaigns import select_campaign
from tidings.store.contact_exports import select_exported_contacts
from tidings.store.contact_list_filters import select_filtered_list
from tidings.store.dnc_entries import select_entry_page
from tidings.store.interaction_filters import HIGHEST_ID, InteractionFilter
from tidings.store.query import Connection, fetch, fetch_optional

AT_A_TIME = 5_000
INTERACTIONS_AT_A_TIME = 1_000
CALLABLE = {True: "1", False: "0"}


class TargetGone(Exception):
    """What was to be exported is not there any more."""


class ExportPage(msgspec.Struct, frozen=True):
    """Rows as they stand in the file, and where the next page begins; None at the end."""

    rows: Sequence[Sequence[str]]
    after: Any | None


class Source(Protocol):
    """Where the rows of one export come from."""

    @property
    def header(self) -> Sequence[str]:
        """The names of the columns."""

    @property
    def first(self) -> Any:
        """The key before all rows."""

    async def page(self, connection: Connection, after: Any) -> ExportPage:
        """The rows after this key."""


OpenSource = Callable[[Connection, store.ExportRow], Awaitable[Source]]


class ContactSource:
    """The contacts of a list in their order, chosen by a filter or by ids if so asked.

    The columns of the list stand between the contact's id and what the system knows of it.
    """

    first = 0

    def __init__(self, job: store.ExportRow, columns: list[str], messaged: list[str]) -> None:
        self._job = job
        self._columns = columns
        self._messaged = len(messaged)
        self._now = datetime.now(UTC)
        chosen = job.options.get("conditions")
        self._conditions = None if chosen is None else msgspec.convert(chosen, ContactFilter)
        self._ids: list[str] | None = job.options.get("contactIds")
        self.header = [
            "inin-outbound-id",
            *columns,
            "ContactCallable",
            *(f"Callable-{name}" for name in messaged),
        ]

    async def page(self, connection: Connection, after: Any) -> ExportPage:
        """The contacts after a position."""
        assert self._job.target_id is not None
        found = await fetch(
            connection,
            select_exported_contacts(
                self._job.organization_id,
                self._job.target_id,
                self._conditions,
                columns=self._columns,
                ids=self._ids,
                now=self._now,
                after=after,
                limit=AT_A_TIME,
            ),
        )
        rows = [
            (
                row.id,
                *(cell or "" for cell in row.values),
                *[CALLABLE[row.callable]] * (1 + self._messaged),
            )
            for row in found
        ]
        return ExportPage(rows, found[-1].position if len(found) == AT_A_TIME else None)


async def open_contacts(connection: Connection, job: store.ExportRow) -> Source:
    """The contacts of a list; raises TargetGone."""
    assert job.target_id is not None
    query = select_filtered_list(job.organization_id, job.target_id, divisions=None)
    listed = await fetch_optional(connection, query)
    if listed is None:
        raise TargetGone
    return ContactSource(job, listed.columns, listed.messaged_columns)


class DncSource:
    """The entries of a do-not-contact list."""

    header = ("kind", "value", "expirationDateTime", "dateAdded")
    first = ("", "")

    def __init__(self, job: store.ExportRow) -> None:
        self._job = job

    async def page(self, connection: Connection, after: Any) -> ExportPage:
        """The entries after a kind and key."""
        assert self._job.target_id is not None
        kind, key = after
        found = await fetch(
            connection,
            select_entry_page(
                self._job.organization_id,
                self._job.target_id,
                after_kind=kind,
                after_key=key,
                limit=AT_A_TIME,
            ),
        )
        rows = [(row.kind, row.value, _time(row.expires_at), _time(row.added_at)) for row in found]
        more = len(found) == AT_A_TIME
        return ExportPage(rows, (found[-1].kind, found[-1].key) if more else None)


async def open_dnc(_: Connection, job: store.ExportRow) -> Source:
    """The entries of a do-not-contact list; a list that is gone has none."""
    return DncSource(job)


class ResultsSource:
    """What became of each contact of a campaign's run, in the order of the list."""

    header = (
        "contact id", "address", "state", "reason", "attempts", "delivery status", "disposition",
        "error code", "error text", "queued", "sent", "delivered", "read", "failed",
        "conversation id",
    )  # fmt: skip
    first = "0"

    def __init__(self, organization_id: UUID, run: Run) -> None:
        self._organization_id = organization_id
        self._run = run

    async def page(self, connection: Connection, after: Any) -> ExportPage:
        """The contacts after a position."""
        query = select_results(
            self._organization_id,
            self._run,
            ResultFilter(),
            after=after,
            limit=AT_A_TIME,
            most=AT_A_TIME,
        )
        found = [row for row in await fetch(connection, query) if row.fits]
        more = len(found) == AT_A_TIME
        return ExportPage([_result(row) for row in found], found[-1].key if more else None)


def _result(row: ResultRow) -> tuple[str, ...]:
    times = (row.queued_at, row.sent_at, row.delivered_at, row.read_at, row.failed_at)
    told = "" if row.error_code is None else row.error_detail or describe(row.error_code)
    return (
        row.contact_id or "",
        row.address or "",
        row.state,
        row.reason or "",
        str(row.attempt),
        row.status or "",
        disposition_of(row.status or "") or "",
        row.error_code or "",
        told,
        *map(_time, times),
        "" if row.conversation_id is None else str(row.conversation_id),
    )


async def open_results(connection: Connection, job: store.ExportRow) -> Source:
    """The results of a campaign's current run; raises TargetGone."""
    assert job.target_id is not None
    query = select_campaign(job.organization_id, job.target_id, divisions=None)
    campaign = await fetch_optional(connection, query)
    if campaign is None:
        raise TargetGone
    return ResultsSource(job.organization_id, run_of(campaign))


class InteractionsSource:
    """The conversations that fit a filter, newest first, each with the last message we sent."""

    header = HEADER
    first = HIGHEST_ID

    def __init__(self, job: store.ExportRow) -> None:
        wanted = msgspec.convert(job.options, InteractionFilter)
        self._search = Search.newest_first(job.organization_id, wanted, after=None)

    async def page(self, connection: Connection, after: Any) -> ExportPage:
        """The conversations behind those of the page before; the walk keeps its own place."""
        if self._search.is_done:
            return ExportPage((), None)
        found = await find_page(
            connection, self._search, page_size=INTERACTIONS_AT_A_TIME, by_sent_message=True
        )
        rows = [interaction_cells(row) for row in found]
        return ExportPage(rows, None if self._search.is_done else self._search.next_key)


async def open_interactions(_: Connection, job: store.ExportRow) -> Source:
    """The conversations that fit what was asked for."""
    return InteractionsSource(job)


def _time(moment: datetime | None) -> str:
    return "" if moment is None else moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


SOURCES: dict[str, OpenSource] = {
    store.CONTACTS: open_contacts,
    store.DNC: open_dnc,
    store.CAMPAIGN_RESULTS: open_results,
    store.INTERACTIONS: open_interactions,
}
