"""Usage of messaging over the API: counted by day, integration, category, country (A10)."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Annotated

import msgspec
from litestar import Response, Router, get
from litestar.di import Provide
from litestar.params import QueryParameter

from tidings.api.auth import needs
from tidings.api.v2.consents import csv_text
from tidings.api.views import Ref, View
from tidings.domain.delimited import BYTE_ORDER_MARK, guard_formula
from tidings.domain.errors import invalid
from tidings.domain.permissions import Caller
from tidings.store.database import Database
from tidings.store.query import fetch
from tidings.store.usage import FIELDS, UsageRow, select_usage

VIEW = "messaging:usage:view"
INTEGRATIONS = "/api/v2/conversations/messaging/integrations/whatsapp"
GROUPS = ("day", "integration", "category", "country")
MOST_DAYS = 400
DEFAULT_DAYS = 30
EARLIEST = date(1970, 1, 1)


class UsageQuery(msgspec.Struct, frozen=True):
    """Which days, and how they are grouped."""

    first: date
    last: date
    group_by: frozenset[str]


class UsageCountsView(View):
    """Counters: agentless and customers' conversations, and what became of messages."""

    conversations: int
    messages: int
    delivered: int
    read: int
    failed: int
    received: int


class UsageView(UsageCountsView, kw_only=True):
    """Counters of one group."""

    day: str | None = None
    integration: Ref | None = None
    category: str | None = None
    country: str | None = None

    @classmethod
    def of(cls, row: UsageRow) -> "UsageView":
        """The group as the API shows it."""
        integration = None
        if row.integration_id is not None:
            integration = Ref(
                id=str(row.integration_id),
                name=row.integration_name,
                self_uri=f"{INTEGRATIONS}/{row.integration_id}",
            )
        return cls(
            day=None if row.day is None else row.day.isoformat(),
            integration=integration,
            category=row.category,
            country=row.country,
            **{field: getattr(row, field) for field in FIELDS},
        )


class UsageListView(View):
    """Usage by group, and all of it together."""

    entities: list[UsageView]
    total: UsageCountsView


async def read_usage_query(
    first: Annotated[str | None, QueryParameter(name="from")] = None,
    last: Annotated[str | None, QueryParameter(name="to")] = None,
    group_by: Annotated[list[str] | None, QueryParameter(name="groupBy")] = None,
) -> UsageQuery:
    """The dependency `wanted`: the last 30 days when no days are given."""
    last_day = _day(last, "to") or datetime.now(UTC).date()
    first_day = _day(first, "from") or last_day - timedelta(days=DEFAULT_DAYS - 1)
    if first_day > last_day:
        raise invalid("from", "from is later than to.", code="invalid.date")
    if (last_day - first_day).days >= MOST_DAYS:
        raise invalid("from", f"At most {MOST_DAYS} days at once.", code="invalid.date")
    groups = frozenset(each for text in group_by or () for each in text.split(",") if each)
    for each in groups:
        if each not in GROUPS:
            raise invalid("groupBy", f"groupBy is any of {', '.join(GROUPS)}, not {each}.")
    return UsageQuery(first_day, last_day, groups)


def _day(text: str | None, field: str) -> date | None:
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
        return max(day, EARLIEST)
    except ValueError:
        raise invalid(field, f"{field} is not a day (YYYY-MM-DD).", code="invalid.date") from None


async def _read(database: Database, caller: Caller, wanted: UsageQuery) -> list[UsageRow]:
    async with database.transaction(caller.organization_id) as connection:
        return await fetch(
            connection,
            select_usage(
                caller.organization_id,
                first=wanted.first,
                last=wanted.last,
                group_by=wanted.group_by,
                divisions=caller.divisions(VIEW),
            ),
        )


@get("/messaging", guards=[needs(VIEW)])
async def list_usage(caller: Caller, database: Database, wanted: UsageQuery) -> UsageListView:
    """Usage of messaging between two days, both included, grouped as asked for."""
    rows = await _read(database, caller, wanted)
    return UsageListView(entities=[UsageView.of(row) for row in rows], total=_total(rows))


def _total(rows: Iterable[UsageRow]) -> UsageCountsView:
    rows = list(rows)
    return UsageCountsView(**{field: sum(getattr(row, field) for row in rows) for field in FIELDS})


@get("/messaging/export", guards=[needs(VIEW)])
async def export_usage(caller: Caller, database: Database, wanted: UsageQuery) -> Response[bytes]:
    """The same as CSV, a column for each group asked for."""
    rows = await _read(database, caller, wanted)
    groups = [each for each in GROUPS if each in wanted.group_by]
    lines = [[*(_cell(row, group) for group in groups), *_counts(row)] for row in rows]
    text = BYTE_ORDER_MARK + csv_text([[*groups, *FIELDS], *lines])
    return Response(
        text.encode(),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="usage.csv"'},
    )


def _cell(row: UsageRow, group: str) -> str:
    name = "integration_name" if group == "integration" else group
    return guard_formula(str(getattr(row, name)))


def _counts(row: UsageRow) -> list[int]:
    return [getattr(row, field) for field in FIELDS]


usage_router = Router(
    "/api/v2/usage",
    route_handlers=[list_usage, export_usage],
    dependencies={"wanted": Provide(read_usage_query)},
    tags=["Usage"],
)
