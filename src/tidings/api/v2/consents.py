"""Consent over the API: /messaging's own area beside the reference, /consents."""

import asyncio
import csv
import io
import re
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from litestar import Request, Response, Router, get, post
from litestar.params import QueryParameter
from litestar.response import Stream

from tidings.actions.consents import ConsentChange, check_address, record_consent
from tidings.api.auth import needs
from tidings.api.paging import After, PageSize, keyset
from tidings.api.replay import Once
from tidings.api.views import Body, Keyset, Moment, Ref, View, moment, parse_id, parse_moment
from tidings.domain.addresses import match_keys
from tidings.domain.delimited import guard_formula
from tidings.domain.errors import invalid
from tidings.domain.permissions import Caller
from tidings.store import consents as store
from tidings.store.customers import find_customers
from tidings.store.database import Database
from tidings.store.ids import time_of
from tidings.store.query import fetch

State = Literal["optedIn", "optedOut"]
Category = Literal["utility", "marketing"]
STORED: dict[State, str] = {"optedIn": "opted_in", "optedOut": "opted_out"}
SPELLED: dict[str, State] = {"opted_in": "optedIn", "opted_out": "optedOut"}
SHORTEST_PREFIX = 4
EXPORT_ROWS = 5_000
EXPORT_COLUMNS = ("address", "category", "state", "source", "evidence", "time")


class ConsentBody(Body):
    """A consent to record; without a time it was given now."""

    address: str
    category: Literal["utility", "marketing", "all"]
    state: State
    source: str
    evidence: str | None = None
    time: Moment | None = None

    def to_change(self, now: datetime) -> ConsentChange:
        """The change as the action takes it."""
        return ConsentChange(
            address=self.address,
            category=self.category,
            state=STORED[self.state],
            source=self.source,
            evidence=self.evidence,
            changed_at=now if self.time is None else parse_moment(self.time, "time"),
        )


class ConsentView(View):
    """What one customer agreed to in one category."""

    id: str
    address: str
    customer: Ref
    channel: str
    category: str
    state: State
    source: str
    changed_time: Moment
    evidence: str | None = None

    @classmethod
    def of(cls, row: store.NamedConsentRow) -> "ConsentView":
        """The consent as the API shows it."""
        return cls(
            id=key_of(row),
            address=row.address,
            customer=Ref(id=str(row.customer_id), name=row.customer_name or None),
            channel=store.CHANNEL,
            category=row.category,
            state=SPELLED[row.state],
            source=row.source,
            evidence=row.evidence,
            changed_time=moment(row.changed_at),
        )


class ConsentsView(View):
    """The consents that hold after a change."""

    entities: Sequence[ConsentView]


class ConsentHistoryView(View):
    """One recorded change: what it says, when we learnt of it, and from whom."""

    id: str
    address: str
    customer: Ref
    channel: str
    category: str
    state: State
    source: str
    changed_time: Moment
    recorded_time: Moment
    recorded_by: str
    evidence: str | None = None

    @classmethod
    def of(cls, row: store.HistoryRow) -> "ConsentHistoryView":
        """The change as the API shows it."""
        return cls(
            id=str(row.id),
            address=row.address,
            customer=Ref(id=str(row.customer_id)),
            channel=store.CHANNEL,
            category=row.category,
            state=SPELLED[row.state],
            source=row.source,
            evidence=row.evidence,
            changed_time=moment(row.changed_at),
            recorded_time=moment(time_of(row.id)),
            recorded_by=row.recorded_by,
        )


def key_of(row: store.ConsentRow) -> str:
    """The id of a consent: its customer and category."""
    return f"{row.customer_id}:{row.category}"


def parse_key(text: str | None) -> store.ConsentKey:
    """Where a page goes on; 400 when it is not what a nextUri says."""
    if text is None:
        return store.ConsentKey()
    customer_id, _, category = text.partition(":")
    return store.ConsentKey(parse_id(customer_id, "after"), category)


def parse_prefixes(text: str | None) -> Sequence[str] | None:
    """What a searched number begins with, in any of its forms; 400 when it is too little."""
    if not text:
        return None
    digits = re.sub(r"\D", "", text, flags=re.ASCII).removeprefix("00")
    if len(digits) < SHORTEST_PREFIX:
        raise invalid("address", f"Give at least {SHORTEST_PREFIX} digits of the number.")
    return match_keys(digits)


@get("/", guards=[needs("messaging:consent:view")])
async def list_consents(
    request: Request[Any, Any, Any],
    caller: Caller,
    database: Database,
    after: After = None,
    page_size: PageSize = 25,
    address: str | None = None,
    category: Category | None = None,
    in_state: Annotated[State | None, QueryParameter(name="state")] = None,
) -> Keyset[ConsentView]:
    """List what customers agreed to. `address`: a number in any form, or how it begins."""
    query = store.select_consent_page(
        caller.organization_id,
        after=parse_key(after),
        limit=page_size,
        phone_prefixes=parse_prefixes(address),
        category=category,
        state=STORED[in_state] if in_state else None,
    )
    async with database.transaction(caller.organization_id) as connection:
        rows = await fetch(connection, query)
    return keyset(
        request,
        page_size,
        entities=[ConsentView.of(row) for row in rows],
        last_key=key_of(rows[-1]) if rows else None,
    )


@post("/", guards=[needs("messaging:consent:add")], status_code=200)
async def record(data: ConsentBody, caller: Caller, once: Once) -> Response[ConsentsView]:
    """Record that a customer agreed or withdrew; gives what holds now in those categories (A6)."""
    now = datetime.now(UTC)
    change = data.to_change(now)
    return await once(
        lambda connection: record_consent(connection, caller, change, now=now),
        lambda rows: ConsentsView(entities=[ConsentView.of(row) for row in rows]),
    )


@get("/history", guards=[needs("messaging:consent:view")])
async def list_history(
    request: Request[Any, Any, Any],
    caller: Caller,
    database: Database,
    after: After = None,
    page_size: PageSize = 25,
    address: str | None = None,
) -> Keyset[ConsentHistoryView]:
    """Every recorded change, the last recorded first; of one number, or of all."""
    before_id = UUID(int=2**128 - 1) if after is None else parse_id(after, "after")
    phones = list(match_keys(check_address(address))) if address else []
    async with database.transaction(caller.organization_id) as connection:
        found = await fetch(connection, find_customers(caller.organization_id, phones))
        rows = await fetch(
            connection,
            store.select_history(
                caller.organization_id,
                before_id=before_id,
                limit=page_size,
                customer_ids=[row.customer_id for row in found] if address else None,
            ),
        )
    return keyset(
        request,
        page_size,
        entities=[ConsentHistoryView.of(row) for row in rows],
        last_key=rows[-1].id if rows else None,
    )


@get("/export", guards=[needs("messaging:consent:export")])
async def export_consents(caller: Caller, database: Database) -> Stream:
    """All current consents as CSV, in the columns that the import reads."""
    return csv_stream(_export(database, caller), "consents.csv")


async def _export(database: Database, caller: Caller) -> AsyncIterator[str]:
    yield csv_text([EXPORT_COLUMNS])
    after = store.ConsentKey()
    while True:
        async with database.transaction(caller.organization_id) as connection:
            rows = await fetch(
                connection,
                store.select_consent_page(caller.organization_id, after=after, limit=EXPORT_ROWS),
            )
        if not rows:
            return
        yield await asyncio.to_thread(_export_text, rows)
        after = store.ConsentKey(rows[-1].customer_id, rows[-1].category)


def _export_text(rows: list[store.NamedConsentRow]) -> str:
    return csv_text(
        [
            (
                row.address,
                row.category,
                SPELLED[row.state],
                guard_formula(row.source),
                guard_formula(row.evidence or ""),
                f"{row.changed_at.astimezone(UTC).isoformat()}",
            )
            for row in rows
        ]
    )


def csv_text(rows: Sequence[Sequence[object]]) -> str:
    """Rows as CSV text."""
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue()


def csv_stream(pieces: AsyncIterator[str], file_name: str) -> Stream:
    """An answer that is downloaded as it is made."""
    return Stream(
        pieces,
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{file_name}"'},
    )


consents_router = Router(
    "/api/v2/consents",
    route_handlers=[list_consents, record, list_history, export_consents],
    tags=["Consent"],
)
