"""Schedules of campaigns over the API: /outbound/schedules/whatsappcampaigns (C14)."""

from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from litestar import Request, Router, delete, get, put
from litestar.params import QueryParameter

from tidings.actions import campaign_schedules as actions
from tidings.api.auth import needs
from tidings.api.paging import Page, listing
from tidings.api.v2.campaign_views import DIVISIONS, ref
from tidings.api.v2.campaign_views import PATH as CAMPAIGNS
from tidings.api.views import Body, Listing, Moment, Ref, View, optional_moment
from tidings.domain.permissions import Caller
from tidings.store import campaign_schedules as store
from tidings.store.database import Database
from tidings.store.query import fetch, fetch_one

PATH = "/api/v2/outbound/schedules/whatsappcampaigns"
CampaignId = Annotated[UUID | None, QueryParameter(name="campaignId")]
Day = Literal["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]


class IntervalBody(Body):
    """A span in which the campaign shall run; without a zone in UTC."""

    start: str
    end: str


class PatternBody(Body, omit_defaults=True):
    """How a window recurs: each `interval` days, or weeks on these days."""

    type: Literal["Daily", "Weekly"]
    interval: int
    days_of_week: list[Day] | None = None


class RangeBody(Body, omit_defaults=True):
    """When recurring ends."""

    type: Literal["NoEnd", "EndDate", "Numbered"]
    end: str | None = None
    number_of_occurrences: int | None = None


class AlterationBody(Body, omit_defaults=True):
    """An occurrence left out, by its start, or a window put in."""

    type: Literal["Exclusion", "Inclusion"]
    start: str
    end: str


class RecurrenceBody(Body, omit_defaults=True):
    """A window that recurs, by local time; `start` and `end` are those of the first time."""

    start: str
    end: str
    pattern: PatternBody
    range: RangeBody
    id: str | None = None
    time_zone: str | None = None
    alterations: list[AlterationBody] | None = None


class ScheduleBody(Body):
    """A campaign's schedule to create or replace."""

    intervals: list[IntervalBody] = msgspec.field(default_factory=list)
    recurrences: list[RecurrenceBody] | None = None
    time_zone: str | None = None
    version: int | None = None

    def draft(self) -> actions.ScheduleDraft:
        """The schedule as the action takes it."""
        return actions.ScheduleDraft(
            intervals=msgspec.to_builtins(self.intervals),
            recurrences=msgspec.to_builtins(self.recurrences or []),
            time_zone=self.time_zone or "UTC",
            version=self.version,
        )


class CampaignRef(View):
    """The campaign, with its division."""

    id: str
    name: str
    self_uri: str
    division: Ref


class NextView(View):
    """What the schedule does next, and when."""

    action: str
    at: Moment


class ScheduleView(View):
    """A campaign's schedule; its id is the campaign's."""

    id: str
    name: str
    version: int
    intervals: list[dict[str, Any]]
    recurrences: list[dict[str, Any]]
    time_zone: str
    whats_app_campaign: CampaignRef
    self_uri: str
    next: NextView | None = None

    @classmethod
    def of(cls, row: store.ScheduleRow) -> "ScheduleView":
        """The schedule as the API shows it."""
        at = optional_moment(row.next_at)
        return cls(
            id=str(row.campaign_id),
            name=row.campaign_name,
            version=row.version,
            intervals=row.intervals,
            recurrences=row.recurrences,
            time_zone=row.time_zone,
            whats_app_campaign=CampaignRef(
                id=str(row.campaign_id),
                name=row.campaign_name,
                self_uri=f"{CAMPAIGNS}/{row.campaign_id}",
                division=ref(DIVISIONS, row.division_id, row.division_name),
            ),
            self_uri=f"{PATH}/{row.campaign_id}",
            next=None if at is None else NextView(action=row.next_action or "", at=at),
        )


@get("/", guards=[needs(actions.VIEW)])
async def list_schedules(
    request: Request[Any, Any, Any],
    caller: Caller,
    database: Database,
    page: Page,
    campaign_id: CampaignId = None,
) -> Listing[ScheduleView]:
    """List schedules by the name of their campaigns; `campaignId` asks for that of one."""
    owner, divisions = caller.organization_id, caller.divisions(actions.VIEW)
    async with database.transaction(owner) as connection:
        rows = await fetch(
            connection,
            store.select_schedules(
                owner,
                divisions=divisions,
                limit=page.size,
                offset=page.offset,
                campaign_id=campaign_id,
            ),
        )
        total = await fetch_one(
            connection,
            store.count_schedules(owner, divisions=divisions, campaign_id=campaign_id),
        )
    entities = [ScheduleView.of(row) for row in rows]
    return listing(request, page, entities=entities, total=total.count)


@get("/{campaign_id:uuid}", guards=[needs(actions.VIEW)])
async def read_schedule(campaign_id: UUID, caller: Caller, database: Database) -> ScheduleView:
    """The schedule of a campaign."""
    async with database.transaction(caller.organization_id) as connection:
        return ScheduleView.of(await actions.access_schedule(connection, caller, campaign_id))


@put("/{campaign_id:uuid}", guards=[needs(actions.EDIT)])
async def put_schedule(
    campaign_id: UUID, data: ScheduleBody, caller: Caller, database: Database
) -> ScheduleView:
    """Create or replace the schedule of a campaign; inside a window it starts at once."""
    async with database.transaction(caller.organization_id) as connection:
        return ScheduleView.of(
            await actions.put_schedule(connection, caller, campaign_id, data.draft())
        )


@delete("/{campaign_id:uuid}", guards=[needs(actions.DELETE)], status_code=204)
async def delete_schedule(campaign_id: UUID, caller: Caller, database: Database) -> None:
    """Delete the schedule of a campaign, which goes on as it is."""
    async with database.transaction(caller.organization_id) as connection:
        await actions.delete_schedule(connection, caller, campaign_id)


campaign_schedules_router = Router(
    PATH,
    route_handlers=[list_schedules, read_schedule, put_schedule, delete_schedule],
    tags=["Campaigns"],
)
