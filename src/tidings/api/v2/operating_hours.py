"""Operating hours over the API: /routing/operatinghours."""

from datetime import UTC, datetime
from uuid import UUID

import msgspec
from litestar import Response, Router, delete, get, post, put

from tidings.actions import operating_hours as actions
from tidings.api.auth import needs
from tidings.api.paging import Numbered
from tidings.api.replay import Once
from tidings.api.v2.name_filters import name_like
from tidings.api.views import (
    Body,
    Listing,
    Moment,
    View,
    moment,
    optional_moment,
    parse_moment,
)
from tidings.domain.errors import invalid
from tidings.domain.operating_hours import Evaluation, Holiday, Interval, evaluate_hours
from tidings.domain.permissions import Caller
from tidings.store import operating_hours as store
from tidings.store.database import Database

PATH = "/api/v2/routing/operatinghours"
FIRST_YEAR, LAST_YEAR = 2000, 2199


class HoursBody(Body):
    """Operating hours to create or change: what is not named stays, or takes its default."""

    name: str | None = None
    time_zone: str | None = None
    week: list[Interval] | None = None
    holidays: list[Holiday] | None = None
    version: int | None = None

    @property
    def draft(self) -> actions.HoursDraft:
        """What is asked for, as the action takes it."""
        return actions.HoursDraft(
            name=self.name,
            time_zone=self.time_zone,
            week=None if self.week is None else tuple(self.week),
            holidays=None if self.holidays is None else tuple(self.holidays),
        )


class HoursView(View):
    """Operating hours."""

    id: str
    name: str
    time_zone: str
    week: list[Interval]
    holidays: list[Holiday]
    version: int
    date_created: Moment
    date_modified: Moment
    self_uri: str

    @classmethod
    def of(cls, row: store.HoursRow) -> "HoursView":
        """The hours as the API shows them."""
        return cls(
            id=str(row.id),
            name=row.name,
            time_zone=row.time_zone,
            week=msgspec.convert(row.week, list[Interval]),
            holidays=msgspec.convert(row.holidays, list[Holiday]),
            version=row.version,
            date_created=moment(row.created_at),
            date_modified=moment(row.modified_at),
            self_uri=f"{PATH}/{row.id}",
        )


class EvaluationView(View):
    """What operating hours say of a moment; `dateChanges`: when that ends, if it is known."""

    state: str
    date_evaluated: Moment
    date_changes: Moment | None = None
    holiday: str | None = None

    @classmethod
    def of(cls, found: Evaluation, at: datetime) -> "EvaluationView":
        """The evaluation as the API shows it."""
        return cls(
            state=found.state.value,
            date_evaluated=moment(at),
            date_changes=optional_moment(found.changes_at),
            holiday=found.holiday,
        )


def asked_moment(text: str | None, field: str) -> datetime:
    """The moment that is asked about, now without one; 400 for one far away."""
    when = datetime.now(UTC) if text is None else parse_moment(text, field)
    if not FIRST_YEAR <= when.year <= LAST_YEAR:
        raise invalid(field, f"Ask for a moment from {FIRST_YEAR} to {LAST_YEAR}.")
    return when


@get("/", guards=[needs(actions.VIEW)])
async def list_hours(numbered: Numbered, name: str | None = None) -> Listing[HoursView]:
    """List operating hours by name."""
    chosen = store.HoursFilter(name_like("contains", name))
    return await numbered(store.select_hours, store.count_hours, chosen, HoursView.of)


@post("/", guards=[needs(actions.ADD)], status_code=200)
async def create_hours(data: HoursBody, caller: Caller, once: Once) -> Response[HoursView]:
    """Create operating hours; without any open time it is always open but on holidays."""
    return await once(
        lambda connection: actions.create_hours(connection, caller, data.draft), HoursView.of
    )


@get("/{hours_id:uuid}", guards=[needs(actions.VIEW)])
async def read_hours(hours_id: UUID, caller: Caller, database: Database) -> HoursView:
    """One set of operating hours."""
    async with database.transaction(caller.organization_id) as connection:
        return HoursView.of(await actions.access_hours(connection, caller, hours_id))


@get("/{hours_id:uuid}/evaluate", guards=[needs(actions.VIEW)])
async def evaluate(
    hours_id: UUID, caller: Caller, database: Database, at: str | None = None
) -> EvaluationView:
    """What operating hours say of a moment: now, or `at`."""
    when = asked_moment(at, "at")
    async with database.transaction(caller.organization_id) as connection:
        row = await actions.access_hours(connection, caller, hours_id)
    return EvaluationView.of(evaluate_hours(actions.hours_of(row), when), when)


@put("/{hours_id:uuid}", guards=[needs(actions.EDIT)])
async def change_hours(
    hours_id: UUID, data: HoursBody, caller: Caller, database: Database
) -> HoursView:
    """Change operating hours: what is not named stays as it is."""
    async with database.transaction(caller.organization_id) as connection:
        return HoursView.of(
            await actions.change_hours(
                connection, caller, hours_id, data.draft, version=data.version
            )
        )


@delete("/{hours_id:uuid}", guards=[needs(actions.DELETE)], status_code=204)
async def delete_hours(hours_id: UUID, caller: Caller, database: Database) -> None:
    """Delete operating hours that no workstream follows."""
    async with database.transaction(caller.organization_id) as connection:
        await actions.delete_hours(connection, caller, hours_id)


operating_hours_router = Router(
    PATH,
    route_handlers=[list_hours, create_hours, read_hours, evaluate, change_hours, delete_hours],
    tags=["Routing"],
)
