"""The exchange log over the API: what we and the provider said to each other."""

import asyncio
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from litestar import Request, Router, get

from tidings.actions.integrations import access_integration
from tidings.api.auth import needs
from tidings.api.paging import After, PageSize, keyset
from tidings.api.v2.integration_views import PATH
from tidings.api.v2.messages import access_message
from tidings.api.views import Keyset, Moment, View, moment, parse_id
from tidings.domain.permissions import Caller
from tidings.providers.excerpts import excerpt
from tidings.store.database import Database
from tidings.store.exchanges import ExchangeRow, select_exchanges, select_upkeep_exchanges
from tidings.store.ids import time_of
from tidings.store.interaction_filters import HIGHEST_ID
from tidings.store.message_details import MessageRow, WebhookRow, select_webhooks
from tidings.store.query import fetch

VIEW = "conversation:exchange:view"


class ExchangeView(View):
    """A call of ours (`out`) with its answer, or a webhook that spoke of the message (`in`)."""

    id: str
    direction: str
    method: str
    url: str
    time: Moment
    request: str
    response: str
    status: int | None = None
    duration_ms: int | None = None
    error: str | None = None


class ExchangeListView(View):
    """The exchanges of one message, in the order of time."""

    entities: list[ExchangeView]


@get("/{message_id:uuid}/exchanges", guards=[needs(VIEW)])
async def list_exchanges(message_id: UUID, caller: Caller, database: Database) -> ExchangeListView:
    """List what was exchanged with the provider about one message, secrets taken out.

    Of a webhook only what speaks of this message is shown.
    """
    owner = caller.organization_id
    async with database.transaction(owner) as connection:
        message = await access_message(connection, caller, message_id, permission=VIEW)
        calls = await fetch(connection, select_exchanges(owner, message_id))
        webhooks = await fetch(connection, select_webhooks(owner, message_id))
    views = [_call(each) for each in calls]
    views += await asyncio.to_thread(_webhooks, message, webhooks)
    return ExchangeListView(entities=sorted(views, key=lambda each: each.id))


@get("/{integration_id:uuid}/exchanges", guards=[needs(VIEW)])
async def list_upkeep_exchanges(
    request: Request[Any, Any, Any],
    integration_id: UUID,
    caller: Caller,
    database: Database,
    after: After = None,
    page_size: PageSize = 25,
) -> Keyset[ExchangeView]:
    """List the calls that looked after an integration, secrets taken out, the newest first.

    These are checks, activations, subscriptions and synchronisations, not messages.
    """
    before_id = HIGHEST_ID if after is None else parse_id(after, "after")
    owner = caller.organization_id
    async with database.transaction(owner) as connection:
        await access_integration(connection, caller, integration_id, permission=VIEW)
        rows = await fetch(
            connection,
            select_upkeep_exchanges(owner, integration_id, before_id=before_id, limit=page_size),
        )
    return keyset(
        request,
        page_size,
        entities=[_call(row) for row in rows],
        last_key=rows[-1].id if rows else None,
    )


def _call(row: ExchangeRow) -> ExchangeView:
    return ExchangeView(
        id=str(row.id),
        direction="out",
        method=row.method,
        url=row.url,
        status=row.status,
        duration_ms=row.duration_ms,
        time=moment(time_of(row.id)),
        request=row.request,
        response=row.response,
        error=row.error,
    )


def _webhooks(message: MessageRow, rows: Sequence[WebhookRow]) -> list[ExchangeView]:
    names = {str(message.id), message.provider_message_id or ""}
    return [
        ExchangeView(
            id=str(row.id),
            direction="in",
            method="POST",
            url="/webhooks/meta",
            status=200,
            time=moment(time_of(row.id)),
            request=excerpt(row.body, names),
            response="",
        )
        for row in rows
    ]


exchanges_router = Router(
    "/api/v2/conversations/messages", route_handlers=[list_exchanges], tags=["Conversations"]
)
integration_exchanges_router = Router(
    f"{PATH}/whatsapp", route_handlers=[list_upkeep_exchanges], tags=["Messaging integrations"]
)
