"""Campaigns: create, change, delete. What they do once they exist is in campaign_control."""

from typing import Any
from uuid import UUID

import msgspec
import psycopg
from msgspec import UNSET, UnsetType

from tidings.actions.campaign_checks import find_problems, read_parts
from tidings.actions.campaign_withdrawal import withdraw_queued
from tidings.actions.changes import Subject
from tidings.actions.divisions import choose_division
from tidings.actions.names import check_name, insert_named, name_taken
from tidings.actions.outbound_changes import announce_change
from tidings.domain.campaigns import (
    MOST_CAMPAIGNS,
    Phase,
    Status,
    check_at_rest,
    check_changes,
)
from tidings.domain.errors import FieldError, Kind, Rejection, absent, conflict, stale_version
from tidings.domain.permissions import Caller
from tidings.store import campaigns as store
from tidings.store.campaign_leftovers import EVERY_RUN, insert_leftover
from tidings.store.ids import new_id
from tidings.store.query import Connection, execute, fetch_one, fetch_optional

ENTITY = "outbound:whatsAppCampaign"
VIEW = f"{ENTITY}:view"
ADD = f"{ENTITY}:add"
EDIT = f"{ENTITY}:edit"
DELETE = f"{ENTITY}:delete"


class CampaignDraft(msgspec.Struct, frozen=True, kw_only=True):
    """A campaign as it is asked for. `version`: the one that it was read in.

    Where nothing is said (UNSET) of parameters and quiet hours they stay as they are.
    """

    name: str | None
    list_id: UUID
    whatsapp_column: str
    integration_id: UUID
    response_id: UUID
    messages_per_minute: int
    division_id: UUID | None = None
    filter_id: UUID | None = None
    dnc_list_ids: list[UUID] = []
    sorts: list[dict[str, Any]] = []
    always_running: bool = False
    parameters: list[dict[str, Any]] | UnsetType = UNSET
    quiet_hours: dict[str, Any] | UnsetType | None = UNSET
    version: int | None = None


async def create_campaign(
    connection: Connection, caller: Caller, draft: CampaignDraft
) -> store.CampaignRow:
    """Create a campaign, off (C2 to C10, C12).

    400 names every field that does not fit; 409 for a taken name and for the 1,001st campaign.
    """
    name = check_name(draft.name)
    division_id = await choose_division(connection, caller, draft.division_id, permission=ADD)
    content = _content(draft, name=name, division_id=division_id, before=None)
    await check_content(connection, caller, content, fields=None, permission=ADD)
    organization_id = caller.organization_id
    await execute(connection, store.lock_campaign_count(organization_id))
    every = store.CampaignFilter(None)
    if (await fetch_one(connection, store.count_campaigns(organization_id, every))).count >= (
        MOST_CAMPAIGNS
    ):
        raise conflict(
            "campaign.limit",
            f"An organization has at most {MOST_CAMPAIGNS} campaigns; delete old ones first.",
            limit=str(MOST_CAMPAIGNS),
        )
    campaign_id = new_id()
    insert = store.insert_campaign(organization_id, campaign_id, content, created_by=caller.id)
    await insert_named(connection, insert, name)
    after = await read_campaign(connection, organization_id, campaign_id)
    await announce(connection, caller, "create", after=after)
    return after


async def access_campaign(
    connection: Connection, caller: Caller, campaign_id: UUID, *, permission: str = VIEW
) -> store.CampaignRow:
    """The campaign, or a 404 unless it is where the permission is held."""
    row = await fetch_optional(
        connection,
        store.select_campaign(
            caller.organization_id, campaign_id, divisions=caller.divisions(permission)
        ),
    )
    if row is None:
        raise absent("campaign", campaign_id)
    return row


async def lock_campaign(
    connection: Connection, caller: Caller, campaign_id: UUID, *, permission: str
) -> store.CampaignRow:
    """The campaign as it stays until the end of the transaction, or a 404."""
    await fetch_optional(connection, store.lock_campaign(caller.organization_id, campaign_id))
    return await access_campaign(connection, caller, campaign_id, permission=permission)


async def change_campaign(
    connection: Connection, caller: Caller, campaign_id: UUID, draft: CampaignDraft
) -> store.CampaignRow:
    """Replace what people decide about a campaign; 409 when somebody changed it meanwhile.

    What is chosen anew is checked as for a new campaign; a running one changes in few ways.
    """
    before = await lock_campaign(connection, caller, campaign_id, permission=EDIT)
    if draft.version is not None and draft.version != before.version:
        raise stale_version("campaign", sent=draft.version, current=before.version)
    division_id = await choose_division(
        connection, caller, draft.division_id, permission=EDIT, current=before.division_id
    )
    content = _content(
        draft,
        name=before.name if draft.name is None else check_name(draft.name),
        division_id=division_id,
        before=before,
    )
    changed = changes(before, content)
    if not changed:
        return before
    check_changes(changed, status=Status(before.status), is_laid_out=before.phase == Phase.READY)
    await check_content(connection, caller, content, fields=changed, permission=EDIT)
    await _update(connection, caller, before, content)
    after = await read_campaign(connection, caller.organization_id, campaign_id)
    await announce(connection, caller, "update", before=before, after=after)
    return after


async def delete_campaign(
    connection: Connection, caller: Caller, campaign_id: UUID
) -> store.CampaignRow:
    """Delete a campaign that does not run; its messages stay. What it still had queued is
    withdrawn."""
    before = await lock_campaign(connection, caller, campaign_id, permission=DELETE)
    check_at_rest(Status(before.status), "delete")
    await withdraw_queued(connection, before)
    owner = caller.organization_id
    await execute(connection, store.delete_campaign(owner, campaign_id))
    await execute(connection, insert_leftover(owner, campaign_id, run=EVERY_RUN))
    await announce(connection, caller, "delete", before=before)
    return before


async def check_content(
    connection: Connection,
    caller: Caller,
    content: store.CampaignContent,
    *,
    fields: set[str] | None,
    permission: str,
) -> None:
    """Raise a 400 that names everything that does not fit, among these fields (None: all)."""
    parts = await read_parts(
        connection, caller.organization_id, content, divisions=caller.divisions(permission)
    )
    problems = find_problems(content, parts, fields=fields)
    if problems:
        raise refusal(Kind.INVALID, problems)


def refusal(kind: Kind, problems: list[FieldError], *, prefix: str = "") -> Rejection:
    """The first problem, with all of them by field."""
    first = problems[0]
    return Rejection(kind, first.code, prefix + first.message, fields=tuple(problems))


async def read_campaign(
    connection: Connection, organization_id: UUID, campaign_id: UUID
) -> store.CampaignRow:
    """The campaign, whoever asks."""
    return await fetch_one(
        connection, store.select_campaign(organization_id, campaign_id, divisions=None)
    )


def content_of(row: store.CampaignRow) -> store.CampaignContent:
    """What people decided about a campaign, of its row."""
    fields = msgspec.structs.fields(store.CampaignContent)
    return store.CampaignContent(**{each.name: getattr(row, each.name) for each in fields})


def changes(before: store.CampaignRow, content: store.CampaignContent) -> set[str]:
    """The names of the fields in which they differ."""
    new = msgspec.structs.asdict(content)
    return {name for name, value in new.items() if value != getattr(before, name)}


def _content(
    draft: CampaignDraft, *, name: str, division_id: UUID, before: store.CampaignRow | None
) -> store.CampaignContent:
    parameters, quiet = draft.parameters, draft.quiet_hours
    if isinstance(parameters, UnsetType):
        parameters = [] if before is None else before.parameters
    if isinstance(quiet, UnsetType):
        quiet = None if before is None else before.quiet_hours
    return store.CampaignContent(
        division_id=division_id,
        name=name,
        list_id=draft.list_id,
        whatsapp_column=draft.whatsapp_column,
        integration_id=draft.integration_id,
        response_id=draft.response_id,
        messages_per_minute=draft.messages_per_minute,
        parameters=parameters,
        filter_id=draft.filter_id,
        dnc_list_ids=draft.dnc_list_ids,
        sorts=draft.sorts,
        always_running=draft.always_running,
        quiet_hours=quiet,
    )


async def _update(
    connection: Connection,
    caller: Caller,
    before: store.CampaignRow,
    content: store.CampaignContent,
) -> None:
    """Write the change; the row is locked, so its version is the one that was read."""
    try:
        await fetch_one(
            connection,
            store.update_campaign(
                caller.organization_id, before.id, content, version=before.version
            ),
        )
    except psycopg.errors.UniqueViolation as error:
        raise name_taken(content.name) from error


async def announce(
    connection: Connection,
    caller: Caller,
    action: str,
    *,
    before: store.CampaignRow | None = None,
    after: store.CampaignRow | None = None,
) -> None:
    """Write down who changed what of a campaign, and tell it."""
    campaign = after or before
    assert campaign is not None
    await announce_change(
        connection,
        caller,
        action,
        Subject("campaign", campaign.id, campaign.name, campaign.division_id),
        before=None if before is None else _told(before),
        after=None if after is None else _told(after),
    )


class ToldCampaign(store.CampaignContent, frozen=True, kw_only=True):
    """What is told of a campaign in an audit row."""

    status: str
    run: int
    version: int


def _told(row: store.CampaignRow) -> ToldCampaign:
    fields = msgspec.structs.fields(ToldCampaign)
    return ToldCampaign(**{each.name: getattr(row, each.name) for each in fields})
