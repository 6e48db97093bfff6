"""Campaigns over the API: /outbound/messagingcampaigns and /outbound/campaigns/all (C2, C12)."""

from collections.abc import Callable
from functools import partial
from typing import Annotated, Literal, TypeVar
from uuid import UUID

import msgspec
from litestar import Response, Router, delete, get, post, put
from litestar.di import Provide
from litestar.params import QueryParameter

from tidings.actions import campaigns as actions
from tidings.actions.campaign_control import START, STOP, start_campaign, stop_campaign
from tidings.api.auth import needs
from tidings.api.paging import Numbered
from tidings.api.replay import Once
from tidings.api.v2.campaign_views import (
    CampaignBody,
    CampaignDivisionView,
    CampaignView,
    CommonCampaignView,
)
from tidings.api.v2.libraries import escape_like
from tidings.api.views import Listing, parse_id
from tidings.domain.campaigns import Status
from tidings.domain.errors import Kind, Rejection, invalid
from tidings.domain.permissions import Caller
from tidings.store import campaigns as store
from tidings.store.database import Database
from tidings.store.query import Connection

SEARCH = f"{actions.ENTITY}:search"
MEDIA_TYPE = "whatsapp"

Item = TypeVar("Item")
Ids = Annotated[list[str] | None, QueryParameter(name="id")]
DivisionIds = Annotated[list[str] | None, QueryParameter(name="divisionId")]
TemplateId = Annotated[str | None, QueryParameter(name="contentTemplateId")]
ListId = Annotated[str | None, QueryParameter(name="contactListId")]
WantedStatus = Annotated[str | None, QueryParameter(name="campaignStatus")]
Kinds = Annotated[str | None, QueryParameter(name="type")]
SortBy = Annotated[
    Literal["campaignStatus", "name", "type", "dateCreated", "dateModified"],
    QueryParameter(name="sortBy"),
]
SortOrder = Annotated[str, QueryParameter(name="sortOrder")]


async def read_choice(
    ids: Ids = None,
    name: str | None = None,
    division_ids: DivisionIds = None,
    list_id: ListId = None,
    template_id: TemplateId = None,
    status: WantedStatus = None,
    kind: Kinds = None,
) -> store.CampaignFilter:
    """The dependency `chosen`: which campaigns; the handler adds the divisions that are seen.

    Names are searched by any part. A type other than WHATSAPP finds nothing.
    """
    if status is not None and status not in tuple(Status):
        known = ", ".join(Status)
        raise invalid("campaignStatus", f"campaignStatus is one of {known}.")
    is_ours = kind is None or kind.upper() == "WHATSAPP"
    return store.CampaignFilter(
        divisions=None,
        ids=_ids(ids, "id") if is_ours else [],
        in_divisions=_ids(division_ids, "divisionId"),
        name_like=f"%{escape_like(name)}%" if name else None,
        list_id=None if list_id is None else parse_id(list_id, "contactListId"),
        response_id=None if template_id is None else parse_id(template_id, "contentTemplateId"),
        status=status,
    )


def _ids(given: list[str] | None, field: str) -> list[UUID] | None:
    """Ids one by one or with commas between them, as SDKs send them."""
    if given is None:
        return None
    return [parse_id(each, field) for text in given for each in text.split(",") if each]


async def _list(
    caller: Caller,
    numbered: Numbered,
    chosen: store.CampaignFilter,
    *,
    permission: str,
    view: Callable[[store.CampaignRow], Item],
    sort_by: str = "name",
    sort_order: str = "ascending",
) -> Listing[Item]:
    seen = msgspec.structs.replace(chosen, divisions=caller.divisions(permission))
    descending = sort_order.lower().startswith("d")
    select = partial(store.select_campaigns, sort_by=sort_by, descending=descending)
    return await numbered(select, store.count_campaigns, seen, view)


@get("/messagingcampaigns", guards=[needs(actions.VIEW)])
async def list_campaigns(
    caller: Caller,
    numbered: Numbered,
    chosen: store.CampaignFilter,
    sort_by: SortBy = "name",
    sort_order: SortOrder = "ascending",
) -> Listing[CampaignView]:
    """List campaigns, by name unless sorted otherwise."""
    return await _list(
        caller,
        numbered,
        chosen,
        permission=actions.VIEW,
        view=CampaignView.of,
        sort_by=sort_by,
        sort_order=sort_order,
    )


@post("/messagingcampaigns", guards=[needs(actions.ADD)], status_code=200)
async def create_campaign(data: CampaignBody, caller: Caller, once: Once) -> Response[CampaignView]:
    """Create a campaign, off. Start it when it is made."""
    if data.wish() is Status.ON:
        raise invalid("campaignStatus", "A campaign is created off; start it afterwards.")
    draft = data.draft()
    return await once(
        lambda connection: actions.create_campaign(connection, caller, draft), CampaignView.of
    )


@get("/messagingcampaigns/{campaign_id:uuid}", guards=[needs(actions.VIEW)])
async def read_campaign(campaign_id: UUID, caller: Caller, database: Database) -> CampaignView:
    """One campaign."""
    async with database.transaction(caller.organization_id) as connection:
        return CampaignView.of(await actions.access_campaign(connection, caller, campaign_id))


@put("/messagingcampaigns/{campaign_id:uuid}", guards=[needs(actions.EDIT)])
async def change_campaign(
    campaign_id: UUID, data: CampaignBody, caller: Caller, database: Database
) -> CampaignView:
    """Replace a campaign; campaignStatus on or off starts or stops it.

    While it runs only the name, division, pace, do-not-contact lists, quiet hours and whether it
    always runs can be changed.
    """
    wish, draft = data.wish(), data.draft()
    async with database.transaction(caller.organization_id) as connection:
        before = await actions.access_campaign(
            connection, caller, campaign_id, permission=actions.EDIT
        )
        if wish is Status.OFF and before.status != Status.COMPLETE:
            _may(caller, STOP, before)
            stopped = await stop_campaign(connection, caller, campaign_id)
            draft = _after_own_change(draft, before, stopped)
        changed = await actions.change_campaign(connection, caller, campaign_id, draft)
        if wish is Status.ON and changed.status != Status.ON:
            _may(caller, START, changed)
            changed = await start_campaign(connection, caller, campaign_id)
    return CampaignView.of(changed)


def _may(caller: Caller, permission: str, row: store.CampaignRow) -> None:
    caller.require(permission, row.division_id)


def _after_own_change(
    draft: actions.CampaignDraft, before: store.CampaignRow, stopped: store.CampaignRow
) -> actions.CampaignDraft:
    """The draft of the version that the stop in the same request made of the one it was read in."""
    if draft.version != before.version:
        return draft
    return msgspec.structs.replace(draft, version=stopped.version)


@delete("/messagingcampaigns/{campaign_id:uuid}", guards=[needs(actions.DELETE)], status_code=200)
async def delete_campaign(campaign_id: UUID, caller: Caller, database: Database) -> CampaignView:
    """Delete a campaign that is off. Its messages stay among the interactions."""
    async with database.transaction(caller.organization_id) as connection:
        return CampaignView.of(await actions.delete_campaign(connection, caller, campaign_id))


@get("/messagingcampaigns/divisionviews", guards=[needs(SEARCH)])
async def list_division_views(
    caller: Caller,
    numbered: Numbered,
    chosen: store.CampaignFilter,
    sort_order: SortOrder = "ascending",
) -> Listing[CampaignDivisionView]:
    """List campaigns in short, for pickers."""
    return await _list(
        caller,
        numbered,
        chosen,
        permission=SEARCH,
        view=CampaignDivisionView.of,
        sort_order=sort_order,
    )


@get("/messagingcampaigns/divisionviews/{campaign_id:uuid}", guards=[needs(SEARCH)])
async def read_division_view(
    campaign_id: UUID, caller: Caller, database: Database
) -> CampaignDivisionView:
    """One campaign in short."""
    async with database.transaction(caller.organization_id) as connection:
        return CampaignDivisionView.of(await _find(connection, caller, campaign_id))


async def _find(connection: Connection, caller: Caller, campaign_id: UUID) -> store.CampaignRow:
    return await actions.access_campaign(connection, caller, campaign_id, permission=SEARCH)


MediaTypes = Annotated[list[str] | None, QueryParameter(name="mediaType")]


@get("/campaigns/all", guards=[needs(actions.VIEW)])
async def list_all_campaigns(
    caller: Caller,
    numbered: Numbered,
    chosen: store.CampaignFilter,
    media_types: MediaTypes = None,
    sort_order: SortOrder = "ascending",
) -> Listing[CommonCampaignView]:
    """List campaigns of all media; here they are all on WhatsApp."""
    return await _list(
        caller,
        numbered,
        _of_media(chosen, media_types),
        permission=actions.VIEW,
        view=CommonCampaignView.of,
        sort_order=sort_order,
    )


@get("/campaigns/all/divisionviews", guards=[needs(SEARCH)])
async def list_all_division_views(
    caller: Caller,
    numbered: Numbered,
    chosen: store.CampaignFilter,
    media_types: MediaTypes = None,
    sort_order: SortOrder = "ascending",
) -> Listing[CommonCampaignView]:
    """List campaigns of all media in short, for pickers."""
    return await _list(
        caller,
        numbered,
        _of_media(chosen, media_types),
        permission=SEARCH,
        view=CommonCampaignView.of,
        sort_order=sort_order,
    )


def _of_media(chosen: store.CampaignFilter, media_types: list[str] | None) -> store.CampaignFilter:
    """None of them when other media are asked for; 400 for what is no medium."""
    wanted = [each for text in media_types or () for each in text.split(",") if each]
    unknown = set(wanted) - {"email", "sms", "voice", MEDIA_TYPE}
    if unknown:
        raise Rejection(
            Kind.INVALID,
            "invalid.query.param.value",
            f"mediaType {min(unknown)} is not one of email, sms, voice, whatsapp.",
        )
    if wanted and MEDIA_TYPE not in wanted:
        return store.CampaignFilter(divisions=None, ids=[])
    return chosen


campaigns_router = Router(
    "/api/v2/outbound",
    route_handlers=[
        list_campaigns,
        create_campaign,
        read_campaign,
        change_campaign,
        delete_campaign,
        list_division_views,
        read_division_view,
        list_all_campaigns,
        list_all_division_views,
    ],
    dependencies={"chosen": Provide(read_choice)},
    tags=["Campaigns"],
)
