"""Running campaigns: start, stop, recycle (C11). What follows of it is the pump's work."""

from typing import Final
from uuid import UUID

from tidings.actions.campaign_checks import find_problems, read_parts
from tidings.actions.campaign_withdrawal import withdraw_queued
from tidings.actions.campaigns import (
    ENTITY,
    announce,
    content_of,
    lock_campaign,
    read_campaign,
    refusal,
)
from tidings.domain.campaigns import Status, after_stop, check_at_rest, starts
from tidings.domain.errors import Kind
from tidings.domain.permissions import Caller
from tidings.store import campaigns as store
from tidings.store.campaign_leftovers import insert_leftover
from tidings.store.events import insert_event
from tidings.store.outbound_events import (
    Category,
    Level,
    OutboundEvent,
    insert_outbound_event,
)
from tidings.store.query import Connection, execute

START: Final = f"{ENTITY}:start"
STOP: Final = f"{ENTITY}:stop"
RECYCLE: Final = f"{ENTITY}:recycle"


async def start_campaign(
    connection: Connection, caller: Caller, campaign_id: UUID, *, permission: str = START
) -> store.CampaignRow:
    """Let a campaign run, from its beginning or where it was stopped; on already: nothing.

    409 names everything that keeps it from running.
    """
    before = await lock_campaign(connection, caller, campaign_id, permission=permission)
    if not starts(Status(before.status)):
        return before
    content = content_of(before)
    # Whoever made the campaign was shown its parts then; starting it shows nothing of them.
    parts = await read_parts(connection, caller.organization_id, content, divisions=None)
    problems = find_problems(content, parts)
    if problems:
        raise refusal(Kind.CONFLICT, problems, prefix="The campaign cannot start. ")
    await execute(connection, store.set_campaign_on(caller.organization_id, campaign_id))
    return await _tell(connection, caller, before, "start", said="was started")


async def stop_campaign(
    connection: Connection, caller: Caller, campaign_id: UUID, *, permission: str = STOP
) -> store.CampaignRow:
    """Let a campaign take no more contacts; one that does not run stays as it is.

    Its queued messages wait for the next start. A complete campaign: 400.
    """
    before = await lock_campaign(connection, caller, campaign_id, permission=permission)
    status = after_stop(Status(before.status))
    if status is None:
        return before
    await execute(
        connection,
        store.set_campaign_ended(caller.organization_id, campaign_id, status=status.value),
    )
    return await _tell(connection, caller, before, "stop", said="was stopped")


async def recycle_campaign(
    connection: Connection, caller: Caller, campaign_id: UUID, *, permission: str = RECYCLE
) -> store.CampaignRow:
    """Begin a new run: the next start messages every contact of the list anew; 409 while it runs.

    What the old run still had queued is withdrawn; its messages stay, in the interactions.
    """
    before = await lock_campaign(connection, caller, campaign_id, permission=permission)
    check_at_rest(Status(before.status), "recycle")
    await withdraw_queued(connection, before)
    owner = caller.organization_id
    await execute(connection, store.begin_new_run(owner, campaign_id))
    await execute(connection, insert_leftover(owner, campaign_id, run=before.run))
    return await _tell(connection, caller, before, "recycle", said="was recycled")


async def _tell(
    connection: Connection, caller: Caller, before: store.CampaignRow, action: str, *, said: str
) -> store.CampaignRow:
    after = await read_campaign(connection, caller.organization_id, before.id)
    await announce(connection, caller, action, before=before, after=after)
    await execute(
        connection,
        insert_event(
            caller.organization_id,
            "campaign.status",
            entity_id=after.id,
            body={"id": str(after.id), "status": after.status, "version": after.version},
        ),
    )
    event = OutboundEvent(
        level=Level.INFO,
        category=Category.MESSAGING_CAMPAIGN,
        code=f"campaign.{action}",
        message=f"The campaign {said} by {caller.name}.",
        entity_type="campaign",
        entity_id=after.id,
        entity_name=after.name,
        division_id=after.division_id,
        actor=caller.name,
        correlation_id=caller.correlation_id,
    )
    await execute(connection, insert_outbound_event(caller.organization_id, event))
    return after
