"""Reads the filters of the interactions view."""

from datetime import UTC, datetime, time, timedelta
from typing import Annotated
from uuid import UUID

import msgspec
from litestar.params import QueryParameter

from tidings.api.views import parse_id, parse_moment
from tidings.domain.addresses import InvalidAddress, match_keys, parse_phone_id
from tidings.domain.dispositions import FAILED, SENT, statuses_of
from tidings.domain.errors import invalid
from tidings.domain.permissions import Caller
from tidings.store.interaction_filters import InteractionFilter
from tidings.store.message_details import select_owners, select_template_ids
from tidings.store.query import Connection, fetch

VIEW = "analytics:conversationDetail:view"
LONGEST_TEXT = 512

WORDS = {
    "direction": ("inbound", "outbound"),
    "deliveryStatus": (
        "queued", "unknown", "sent", "failed", "delivered", "read", "received", "removed",
    ),
    "category": ("utility", "marketing", "authentication", "service"),
    "state": ("open", "connected", "disconnected"),
    "wrapUpCode": (SENT, FAILED),
}  # fmt: skip
Text = Annotated[str | None, QueryParameter(max_length=LONGEST_TEXT)]


class InteractionQuery(msgspec.Struct, frozen=True, kw_only=True):
    """The filters of a request, as sent."""

    starts: str | None = None
    ends: str | None = None
    direction: str | None = None
    integration_id: str | None = None
    status: str | None = None
    address: str | None = None
    category: str | None = None
    template_name: str | None = None
    state: str | None = None
    campaign_id: str | None = None
    disposition: str | None = None


async def read_interaction_query(
    starts: Annotated[str | None, QueryParameter(name="from")] = None,
    ends: Annotated[str | None, QueryParameter(name="to")] = None,
    direction: str | None = None,
    integration_id: Annotated[str | None, QueryParameter(name="integrationId")] = None,
    delivery_status: Annotated[str | None, QueryParameter(name="deliveryStatus")] = None,
    address: Text = None,
    category: str | None = None,
    template_name: Annotated[
        str | None, QueryParameter(name="templateName", max_length=LONGEST_TEXT)
    ] = None,
    # `state` is Litestar's own name for the application's state.
    conversation_state: Annotated[str | None, QueryParameter(name="state")] = None,
    campaign_id: Annotated[str | None, QueryParameter(name="outboundCampaignId")] = None,
    disposition: Annotated[str | None, QueryParameter(name="wrapUpCode")] = None,
) -> InteractionQuery:
    """The dependency `wanted`: what interactions are filtered by; 400 names an unknown word."""
    return InteractionQuery(
        starts=starts,
        ends=ends,
        direction=_known(direction, "direction"),
        integration_id=integration_id,
        status=_known(delivery_status, "deliveryStatus"),
        address=address,
        category=_known(category, "category"),
        template_name=template_name,
        state=_known(conversation_state, "state"),
        campaign_id=campaign_id,
        disposition=_known(disposition, "wrapUpCode"),
    )


def _known(word: str | None, field: str) -> str | None:
    if word and word not in WORDS[field]:
        raise invalid(field, f"{field} is one of {', '.join(WORDS[field])}.")
    return word or None


async def resolve(
    connection: Connection, caller: Caller, query: InteractionQuery
) -> InteractionFilter:
    """The filter behind a request, within the caller's divisions; 400 names what does not fit."""
    return InteractionFilter(
        divisions=caller.divisions(VIEW),
        starts_at=read_bound(query.starts, "from"),
        ends_at=read_bound(query.ends, "to"),
        direction=query.direction,
        integration_id=(
            parse_id(query.integration_id, "integrationId") if query.integration_id else None
        ),
        state=query.state,
        customer_ids=await find_owners(connection, caller, query.address),
        statuses=_statuses(query),
        category=query.category,
        template_ids=await _find_templates(connection, caller, query.template_name),
        campaign_id=(
            parse_id(query.campaign_id, "outboundCampaignId") if query.campaign_id else None
        ),
        by_campaign=query.disposition is not None,
    )


def _statuses(query: InteractionQuery) -> tuple[str, ...]:
    """The delivery statuses that fit both the status and the disposition asked for.

    One that no message ever has stands for two that exclude each other.
    """
    if query.disposition is None:
        return (query.status,) if query.status else ()
    both = statuses_of(query.disposition)
    if query.status is None:
        return both
    return (query.status,) if query.status in both else ("none",)


def read_bound(text: str | None, field: str) -> datetime | None:
    """A moment, or a whole day (UTC): `to` includes the day it names."""
    if not text:
        return None
    if len(text) != len("2026-01-31"):
        return parse_moment(text, field)
    midnight = datetime.combine(parse_moment(text, field).date(), time(), UTC)
    try:
        return midnight + timedelta(days=1) if field == "to" else midnight
    except OverflowError:
        raise invalid(field, f"{field} is too late.", code="invalid.date") from None


async def find_owners(
    connection: Connection, caller: Caller, address: str | None
) -> list[UUID] | None:
    """The customers that an address belongs to, in any form it may have; None without one."""
    if not address:
        return None
    try:
        forms = [*match_keys(parse_phone_id(address)), address]
    except InvalidAddress:
        forms = [address]
    owners = await fetch(connection, select_owners(caller.organization_id, forms))
    return [each.customer_id for each in owners]


async def _find_templates(
    connection: Connection, caller: Caller, name: str | None
) -> list[UUID] | None:
    if not name:
        return None
    rows = await fetch(connection, select_template_ids(caller.organization_id, name))
    return [row.id for row in rows]
