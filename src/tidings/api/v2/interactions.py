"""The interactions view: every conversation with filters, details and export (P4, C13)."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any, Literal
from urllib.parse import urlencode
from uuid import UUID

import msgspec
from litestar import Request, Response, Router, get, post
from litestar.di import Provide
from litestar.params import QueryParameter
from litestar.response import Stream

from tidings.actions.exports import list_exports
from tidings.actions.interaction_exports import HEADER, interaction_cells, order_interactions
from tidings.actions.interaction_walk import Search, find_page, find_pages
from tidings.api.auth import needs
from tidings.api.paging import After, PageSize
from tidings.api.replay import Once
from tidings.api.v2.consents import csv_stream, csv_text
from tidings.api.v2.export_history import ExportsView, ExportView
from tidings.api.v2.exports import DOWNLOADS
from tidings.api.v2.interaction_search import (
    VIEW,
    InteractionQuery,
    read_interaction_query,
    resolve,
)
from tidings.api.v2.interaction_views import (
    PATH,
    InteractionDetailView,
    InteractionView,
    MessageView,
    UnsaidView,
    WindowView,
    customer_of,
    interaction_fields,
)
from tidings.api.v2.shown_conversations import (
    VIEW_CONVERSATIONS,
    VIEW_MESSAGES,
    access_conversation,
    seen_divisions,
    union,
)
from tidings.api.views import Keyset, Ref, parse_id
from tidings.domain.delimited import BYTE_ORDER_MARK, guard_formula
from tidings.domain.permissions import Caller
from tidings.store.database import Database
from tidings.store.exports import INTERACTIONS, ExportRow
from tidings.store.interaction_filters import HIGHEST_ID
from tidings.store.interactions import InteractionRow
from tidings.store.message_details import (
    MessageRow,
    select_customer_addresses,
    select_messages,
    select_service_window,
)
from tidings.store.query import Connection, fetch, fetch_optional
from tidings.store.unsaid_messages import select_unsaid_in

MESSAGES_AT_A_TIME = 200
UNSAID_SHOWN = 20
EXPORT_ROWS = 1_000


@get("/", guards=[needs(VIEW, VIEW_MESSAGES)])
async def list_interactions(
    request: Request[Any, Any, Any],
    caller: Caller,
    database: Database,
    wanted: InteractionQuery,
    after: After = None,
    page_size: PageSize = 25,
) -> Keyset[InteractionView]:
    """List conversations, newest first. Filters on status, category and template ask for one
    message that fits them all.

    A page looks at a bounded number of conversations: it may come back with fewer entities than
    asked for, and goes on at nextUri as long as there is one. Waiting messages
    (deliveryStatus=queued) come in the order of the messages, not of their conversations.
    """
    after_id = None if after is None else parse_id(after, "after")
    async with database.transaction(caller.organization_id) as connection:
        fits = await resolve(connection, caller, wanted)
        fits = msgspec.structs.replace(
            fits, divisions=union(fits.divisions, caller.divisions(VIEW_MESSAGES))
        )
        search = Search.newest_first(caller.organization_id, fits, after=after_id)
        rows = await find_page(connection, search, page_size=page_size)
    query = [(k, v) for k, v in request.query_params.multi_items() if k != "after"]
    next_query = urlencode([*query, ("after", str(search.next_key))])
    return Keyset(
        entities=[InteractionView.of(row) for row in rows],
        page_size=page_size,
        self_uri=f"{PATH}?{request.url.query}" if request.url.query else PATH,
        next_uri=None if search.is_done else f"{PATH}?{next_query}",
    )


@get("/{conversation_id:uuid}", guards=[needs(VIEW, VIEW_MESSAGES, VIEW_CONVERSATIONS)])
async def read_interaction(
    conversation_id: UUID,
    caller: Caller,
    database: Database,
    messages_after: Annotated[UUID | None, QueryParameter(name="messagesAfter")] = None,
) -> InteractionDetailView:
    """One conversation with its newest 200 messages; `messagesAfter` gives the 200 before.

    Who works in a conversation as an agent reads it wherever it is.
    """
    owner = caller.organization_id
    before_id = messages_after or HIGHEST_ID
    async with database.transaction(owner) as connection:
        divisions = union(caller.divisions(VIEW), seen_divisions(caller))
        row = await access_conversation(connection, caller, conversation_id, divisions=divisions)
        messages = await fetch(
            connection,
            select_messages(
                owner, [conversation_id], before_id=before_id, limit=MESSAGES_AT_A_TIME + 1
            ),
        )
        addresses = await fetch(connection, select_customer_addresses(owner, row.customer_id))
        window = await fetch_optional(
            connection, select_service_window(owner, row.integration_id, row.customer_id)
        )
        unsaid = await fetch(connection, select_unsaid_in(owner, row.id, limit=UNSAID_SHOWN))
    now = datetime.now(UTC)
    fields = interaction_fields(row) | {"customer": customer_of(row, addresses)}
    return InteractionDetailView(
        **fields,
        messages=[MessageView.of(each) for each in reversed(messages[:MESSAGES_AT_A_TIME])],
        messages_next_uri=_earlier(row, messages),
        window=WindowView.of(window.last_inbound_at if window else None),
        unsaid=[UnsaidView.of(each, now) for each in unsaid] or None,
    )


def _earlier(row: InteractionRow, messages: Sequence[MessageRow]) -> str | None:
    if len(messages) <= MESSAGES_AT_A_TIME:
        return None
    return f"{PATH}/{row.id}?messagesAfter={messages[MESSAGES_AT_A_TIME - 1].id}"


@get("/export", guards=[needs(VIEW)])
async def export_interactions(
    caller: Caller,
    database: Database,
    wanted: InteractionQuery,
    file_format: Annotated[Literal["csv"], QueryParameter(name="format")] = "csv",
) -> Stream:
    """All conversations that fit, as CSV. Status, error, template and category are those of the
    last message we sent, or else of the customer's last message."""
    async with database.transaction(caller.organization_id) as connection:
        search = Search.newest_first(
            caller.organization_id, await resolve(connection, caller, wanted), after=None
        )
    return csv_stream(_export(database, search), f"interactions.{file_format}")


async def _export(database: Database, search: Search) -> AsyncIterator[str]:
    yield BYTE_ORDER_MARK + csv_text([HEADER])
    pages = find_pages(
        search,
        lambda: database.transaction(search.organization_id),
        page_size=EXPORT_ROWS,
        by_sent_message=True,
    )
    async for rows in pages:
        yield await asyncio.to_thread(_export_text, rows)


def _export_text(rows: list[InteractionRow]) -> str:
    return csv_text([[guard_formula(cell) for cell in interaction_cells(row)] for row in rows])


@post("/export", guards=[needs(VIEW)], status_code=200)
async def order_interactions_export(
    caller: Caller,
    once: Once,
    wanted: InteractionQuery,
    form: Annotated[str, QueryParameter(name="format")] = "xlsx",
) -> Response[Ref]:
    """Order a file of all conversations that fit; it is made beside, and kept for a week.

    The filters are those of the list. GET /interactions/exports tells how far it is; selfUri is
    where the file will be.
    """

    async def order(connection: Connection) -> ExportRow:
        fits = await resolve(connection, caller, wanted)
        return await order_interactions(connection, caller, fits, form=form)

    return await once(order, lambda row: Ref(id=str(row.id), self_uri=f"{DOWNLOADS}/{row.id}"))


@get("/exports", guards=[needs(VIEW)])
async def list_interactions_exports(caller: Caller, database: Database) -> ExportsView:
    """List the latest files of interactions that the caller ordered, done or not."""
    async with database.transaction(caller.organization_id) as connection:
        rows = await list_exports(connection, caller, INTERACTIONS, caller.id)
    return ExportsView(entities=[ExportView.of(row) for row in rows])


interactions_router = Router(
    PATH,
    route_handlers=[
        list_interactions,
        read_interaction,
        export_interactions,
        order_interactions_export,
        list_interactions_exports,
    ],
    dependencies={"wanted": Provide(read_interaction_query)},
    tags=["Interactions"],
)
