"""Schedules of campaigns: set, delete, and do what is due (C14)."""

from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

import msgspec

from tidings.actions.campaign_control import start_campaign, stop_campaign
from tidings.actions.campaigns import access_campaign, read_campaign
from tidings.actions.changes import Subject
from tidings.actions.integrations import system
from tidings.actions.outbound_changes import announce_change
from tidings.domain.campaign_schedules import Action, Due, is_inside, next_due
from tidings.domain.campaigns import Status
from tidings.domain.errors import Rejection, absent, invalid, stale_version
from tidings.domain.permissions import ALL_DIVISIONS, Caller, Grant
from tidings.domain.schedule_forms import parse_schedule
from tidings.store import campaign_schedules as store
from tidings.store.campaigns import CampaignRow
from tidings.store.outbound_events import Category, Level, OutboundEvent, insert_outbound_event
from tidings.store.query import Connection, execute, fetch_optional

ENTITY: Final = "outbound:whatsAppCampaignSchedule"
VIEW: Final = f"{ENTITY}:view"
EDIT: Final = f"{ENTITY}:edit"
DELETE: Final = f"{ENTITY}:delete"


class ScheduleDraft(msgspec.Struct, frozen=True, kw_only=True):
    """A schedule as it is asked for, in the public API's spelling."""

    intervals: list[dict[str, Any]]
    recurrences: list[dict[str, Any]]
    time_zone: str
    version: int | None = None


async def put_schedule(
    connection: Connection, caller: Caller, campaign_id: UUID, draft: ScheduleDraft
) -> store.ScheduleRow:
    """Create or replace the schedule of a campaign. Inside a window the campaign starts at once.

    400 names what does not fit; 409 when it was changed meanwhile.
    """
    campaign = await access_campaign(connection, caller, campaign_id, permission=EDIT)
    windows, recurrences = parse_schedule(draft.intervals, draft.recurrences, draft.time_zone)
    now = datetime.now(UTC)
    due = next_due(windows, recurrences, now=now)
    if due is None:
        raise invalid("intervals", "The schedule has no time left in which to run the campaign.")
    if is_inside(windows, recurrences, now=now):
        due = Due(now, Action.START)
    before = await _read(connection, caller.organization_id, campaign_id)
    version = draft.version if before is not None else None
    content = store.ScheduleContent(
        draft.intervals, draft.recurrences, draft.time_zone, due.at, due.action.value
    )
    done = await fetch_optional(
        connection,
        store.put_schedule(caller.organization_id, campaign_id, content, version=version),
    )
    if done is None:
        assert before is not None
        raise stale_version("schedule", sent=draft.version, current=before.version)
    after = await access_schedule(connection, caller, campaign_id, permission=EDIT)
    await _announce(connection, caller, campaign, before=before, after=after)
    return after


async def access_schedule(
    connection: Connection, caller: Caller, campaign_id: UUID, *, permission: str = VIEW
) -> store.ScheduleRow:
    """The schedule of a campaign, or a 404 unless it is where the permission is held."""
    row = await fetch_optional(
        connection,
        store.select_schedule(
            caller.organization_id, campaign_id, divisions=caller.divisions(permission)
        ),
    )
    if row is None:
        raise absent("schedule", campaign_id)
    return row


async def delete_schedule(connection: Connection, caller: Caller, campaign_id: UUID) -> None:
    """Delete a schedule; the campaign goes on as it is."""
    before = await access_schedule(connection, caller, campaign_id, permission=DELETE)
    campaign = await read_campaign(connection, caller.organization_id, campaign_id)
    await execute(connection, store.delete_schedule(caller.organization_id, campaign_id))
    await _announce(connection, caller, campaign, before=before, after=None)


async def run_due_schedule(connection: Connection) -> bool:
    """Do what the longest due schedule of all asks for and write down what comes next.

    False when none is due. The whole is one transaction: a worker that dies leaves it due.
    """
    key = await fetch_optional(connection, store.claim_due_schedule())
    if key is None:
        return False
    row = await _read(connection, key.organization_id, key.campaign_id)
    assert row is not None
    windows, recurrences = parse_schedule(row.intervals, row.recurrences, row.time_zone)
    now = datetime.now(UTC)
    campaign = await read_campaign(connection, row.organization_id, row.campaign_id)
    if row.next_action == Action.START:
        await _start(connection, campaign, missed=not is_inside(windows, recurrences, now=now))
    else:
        await _stop(connection, campaign)
    due = next_due(windows, recurrences, now=now)
    await execute(
        connection,
        store.set_next(
            row.organization_id,
            row.campaign_id,
            next_at=None if due is None else due.at,
            next_action=None if due is None else due.action.value,
        ),
    )
    return True


async def _start(connection: Connection, campaign: CampaignRow, *, missed: bool) -> None:
    if missed:
        await _tell(
            connection,
            campaign,
            "schedule.missed",
            "The scheduled time passed while no worker ran; the campaign was not started. "
            "Start it by hand, or wait for the next time.",
        )
        return
    try:
        await start_campaign(connection, _scheduler(campaign), campaign.id)
    except Rejection as refused:
        await _tell(
            connection, campaign, refused.code, f"The schedule could not start it: {refused}"
        )


async def _stop(connection: Connection, campaign: CampaignRow) -> None:
    """A campaign that ended before has nothing to stop."""
    if campaign.status in (Status.ON, Status.FORCED_OFF, Status.FORCED_STOPPING):
        await stop_campaign(connection, _scheduler(campaign), campaign.id)


def _scheduler(campaign: CampaignRow) -> Caller:
    """The schedule, as the one who starts and stops."""
    engine = system(campaign.organization_id)
    grants = (Grant("outbound:whatsAppCampaign:*", ALL_DIVISIONS),)
    return msgspec.structs.replace(engine, name="schedule", grants=grants)


async def _tell(connection: Connection, campaign: CampaignRow, code: str, message: str) -> None:
    event = OutboundEvent(
        level=Level.ERROR,
        category=Category.WHATSAPP_CAMPAIGN_SCHEDULE,
        code=code,
        message=message,
        entity_type="campaign",
        entity_id=campaign.id,
        entity_name=campaign.name,
        division_id=campaign.division_id,
    )
    await execute(connection, insert_outbound_event(campaign.organization_id, event))


async def _read(
    connection: Connection, organization_id: UUID, campaign_id: UUID
) -> store.ScheduleRow | None:
    return await fetch_optional(
        connection, store.select_schedule(organization_id, campaign_id, divisions=None)
    )


async def _announce(
    connection: Connection,
    caller: Caller,
    campaign: CampaignRow,
    *,
    before: store.ScheduleRow | None,
    after: store.ScheduleRow | None,
) -> None:
    action = "delete" if after is None else "create" if before is None else "update"
    subject = Subject("campaignSchedule", campaign.id, campaign.name, campaign.division_id)
    await announce_change(connection, caller, action, subject, before=before, after=after)
