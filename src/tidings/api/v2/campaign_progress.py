"""How far campaigns are, and starting, stopping and recycling them over the API (C11)."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated
from uuid import UUID

from litestar import Router, delete, get, post
from msgspec import Meta

from tidings.actions import campaign_control as control
from tidings.actions.campaigns import EDIT, VIEW, access_campaign
from tidings.api.auth import needs
from tidings.api.v2.campaign_views import PATH as CAMPAIGNS
from tidings.api.v2.campaign_views import (
    ReasonView,
    list_of,
    reason_of,
    ref,
)
from tidings.api.views import Moment, Ref, View, moment, parse_id
from tidings.domain.campaigns import Status
from tidings.domain.permissions import Caller
from tidings.store.campaign_counts import Progress, gather_progress, select_progress
from tidings.store.campaign_results import count_put_off
from tidings.store.campaigns import CampaignFilter, CampaignRow, select_campaigns
from tidings.store.database import Database
from tidings.store.query import Connection, fetch, fetch_one

MOST_AT_ONCE = 1_000
CampaignIds = Annotated[list[str], Meta(max_length=MOST_AT_ONCE)]


class ProgressView(View):
    """CampaignProgress of the reference, and beside it what became of the messages."""

    campaign: Ref
    contact_list: Ref
    number_of_contacts_called: int
    number_of_contacts_messaged: int
    total_number_of_contacts: int
    percentage: int
    number_of_contacts_skipped: dict[str, int]
    campaign_status: str
    phase: str
    run: int
    remaining: int
    queued: int
    sent: int
    delivered: int
    read: int
    failed: int
    unknown: int
    excluded: int
    retried: int
    rate_per_minute: int
    seconds_left: int | None = None
    expected_completion: Moment | None = None
    status_reason: ReasonView | None = None

    @classmethod
    def of(cls, row: CampaignRow, counted: Progress, *, now: datetime) -> "ProgressView":
        """The progress of a campaign's current run. `queued`: written and not yet sent."""
        whole = counted.laid_out + counted.retried
        done = whole - counted.remaining
        left = _seconds_left(row, counted)
        return cls(
            campaign=ref(CAMPAIGNS, row.id, row.name),
            contact_list=list_of(row),
            number_of_contacts_called=counted.queued,
            number_of_contacts_messaged=counted.sent,
            total_number_of_contacts=counted.laid_out,
            percentage=100 * done // whole if whole else 0,
            number_of_contacts_skipped=counted.excluded,
            campaign_status=row.status,
            phase=row.phase,
            run=row.run,
            remaining=counted.remaining,
            queued=max(counted.queued - counted.sent - counted.failed - counted.unknown, 0),
            sent=counted.sent,
            delivered=counted.delivered,
            read=counted.read,
            failed=counted.failed,
            unknown=counted.unknown,
            excluded=sum(counted.excluded.values()),
            retried=counted.retried,
            rate_per_minute=round(counted.per_minute),
            seconds_left=left,
            expected_completion=None if left is None else moment(now + timedelta(seconds=left)),
            status_reason=reason_of(row),
        )


def _seconds_left(row: CampaignRow, counted: Progress) -> int | None:
    """How long it goes on at the pace of the last minute, or at its own when none is known yet."""
    if row.status != Status.ON or row.always_running or not counted.remaining:
        return None
    rate = counted.per_minute if counted.per_minute >= 1 else row.messages_per_minute
    return round(counted.remaining / rate * 60)


class DiagnosticsView(View):
    """MessagingCampaignDiagnostics of the reference. The first counts to 100,000."""

    time_zone_rescheduled_contacts_count: int
    filtered_out_contacts_count: int


async def _progress(
    connection: Connection, caller: Caller, rows: Sequence[CampaignRow]
) -> list[ProgressView]:
    counted = gather_progress(
        await fetch(connection, select_progress(caller.organization_id, [each.id for each in rows]))
    )
    now = datetime.now(UTC)
    return [ProgressView.of(row, counted.get(row.id, Progress()), now=now) for row in rows]


@get("/{campaign_id:uuid}/progress", guards=[needs(VIEW)])
async def read_progress(campaign_id: UUID, caller: Caller, database: Database) -> ProgressView:
    """How far the campaign's current run is."""
    async with database.transaction(caller.organization_id) as connection:
        row = await access_campaign(connection, caller, campaign_id)
        return (await _progress(connection, caller, [row]))[0]


@post("/progress", guards=[needs(VIEW)], status_code=200)
async def read_progresses(
    data: CampaignIds, caller: Caller, database: Database
) -> list[ProgressView]:
    """How far several campaigns are; those that cannot be seen are left out."""
    ids = [parse_id(each, "id") for each in data]
    chosen = CampaignFilter(caller.divisions(VIEW), ids=ids)
    async with database.transaction(caller.organization_id) as connection:
        rows = await fetch(
            connection,
            select_campaigns(caller.organization_id, chosen, limit=MOST_AT_ONCE, offset=0),
        )
        return await _progress(connection, caller, rows)


@delete("/{campaign_id:uuid}/progress", guards=[needs(control.RECYCLE, EDIT)], status_code=204)
async def recycle_campaign(campaign_id: UUID, caller: Caller, database: Database) -> None:
    """Recycle a campaign that does not run: its next start messages all contacts anew."""
    permission = control.RECYCLE if caller.may(control.RECYCLE) else EDIT
    async with database.transaction(caller.organization_id) as connection:
        await control.recycle_campaign(connection, caller, campaign_id, permission=permission)


@get("/{campaign_id:uuid}/diagnostics", guards=[needs(VIEW)])
async def read_diagnostics(
    campaign_id: UUID, caller: Caller, database: Database
) -> DiagnosticsView:
    """How many contacts were put off, and how many the filter left out."""
    async with database.transaction(caller.organization_id) as connection:
        row = await access_campaign(connection, caller, campaign_id)
        put_off = await fetch_one(
            connection, count_put_off(caller.organization_id, campaign_id, run=row.run)
        )
    return DiagnosticsView(
        time_zone_rescheduled_contacts_count=put_off.count,
        filtered_out_contacts_count=row.filtered_out,
    )


@post("/{campaign_id:uuid}/start", guards=[needs(control.START)], status_code=204)
async def start_campaign(campaign_id: UUID, caller: Caller, database: Database) -> None:
    """Start a campaign, or let it go on. 409 names everything that keeps it from running."""
    async with database.transaction(caller.organization_id) as connection:
        await control.start_campaign(connection, caller, campaign_id)


@post("/{campaign_id:uuid}/stop", guards=[needs(control.STOP)], status_code=204)
async def stop_campaign(campaign_id: UUID, caller: Caller, database: Database) -> None:
    """Stop a campaign: nothing more goes out within two seconds. A start goes on from there."""
    async with database.transaction(caller.organization_id) as connection:
        await control.stop_campaign(connection, caller, campaign_id)


campaign_progress_router = Router(
    CAMPAIGNS,
    route_handlers=[
        read_progress,
        read_progresses,
        recycle_campaign,
        read_diagnostics,
        start_campaign,
        stop_campaign,
    ],
    tags=["Campaigns"],
)
