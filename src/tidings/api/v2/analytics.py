"""Analytics over the API: conversation details, queried and by id (/analytics/conversations)."""

from typing import Annotated
from uuid import UUID

from litestar import Router, get, post
from litestar.params import QueryParameter

from tidings.actions.interaction_walk import Search
from tidings.api.auth import needs
from tidings.api.v2.analytics_query import ConversationQueryBody, plan_search, read_query
from tidings.api.v2.analytics_views import ConversationDetailView
from tidings.api.v2.interaction_search import VIEW
from tidings.api.views import View, parse_id
from tidings.domain.errors import absent, invalid
from tidings.domain.permissions import Caller
from tidings.store.database import Database
from tidings.store.interaction_filters import HIGHEST_ID
from tidings.store.interactions import WINDOW, select_interactions
from tidings.store.message_details import MessageRow, select_messages
from tidings.store.query import Connection, fetch

MOST_LOOKED_AT = 100_000
MOST_IDS = 50
SESSIONS_SHOWN = 50


class DetailsView(View):
    """AnalyticsConversationQueryResponse of the reference."""

    conversations: list[ConversationDetailView]
    total_hits: int


class ConversationsView(View):
    """AnalyticsConversationWithoutAttributesMultiGetResponse of the reference."""

    conversations: list[ConversationDetailView]


@post("/details/query", guards=[needs(VIEW)], status_code=200)
async def query_details(
    data: ConversationQueryBody, caller: Caller, database: Database
) -> DetailsView:
    """Query conversations that started in an interval, by and/or filters, in the order of start.

    Page numbers reach the first 10,000 conversations that fit, within the first 100,000 of the
    interval; for more ask for shorter intervals. totalHits counts up to the page asked for, and
    one more when there are more: it is never a count of everything.
    """
    query = read_query(data)
    async with database.transaction(caller.organization_id) as connection:
        search = Search.by_start(
            caller.organization_id,
            await plan_search(connection, caller, query),
            segments=query.conditions,
            ascending=query.ascending,
        )
        first = query.page_size * (query.page_number - 1)
        last = first + query.page_size
        found = await search.find(connection, limit=last + 1, windows=MOST_LOOKED_AT // WINDOW)
        if len(found) <= last and not search.is_done:
            raise invalid(
                "interval",
                f"More than {MOST_LOOKED_AT:,} conversations would have to be looked at; "
                "ask for a shorter interval.",
            )
        ids = [each.conversation_id for each in found[first:last]]
        conversations = await read_details(connection, caller, ids)
    return DetailsView(conversations=conversations, total_hits=len(found))


@get("/details", guards=[needs(VIEW)])
async def list_details(
    caller: Caller,
    database: Database,
    listed: Annotated[list[str] | None, QueryParameter(name="id")] = None,
) -> ConversationsView:
    """Conversations by their ids (at most 50); those that are not there are left out."""
    given = [each for text in listed or () for each in text.split(",") if each]
    if not 1 <= len(given) <= MOST_IDS:
        raise invalid("id", f"Give 1 to {MOST_IDS} ids.")
    ids = [parse_id(each, "id") for each in given]
    async with database.transaction(caller.organization_id) as connection:
        return ConversationsView(conversations=await read_details(connection, caller, ids))


@get("/{conversation_id:uuid}/details", guards=[needs(VIEW)])
async def read_detail(
    conversation_id: UUID, caller: Caller, database: Database
) -> ConversationDetailView:
    """One conversation, who took part, and how far each message got."""
    async with database.transaction(caller.organization_id) as connection:
        found = await read_details(connection, caller, [conversation_id])
    if not found:
        raise absent("conversation", conversation_id)
    return found[0]


async def read_details(
    connection: Connection, caller: Caller, ids: list[UUID]
) -> list[ConversationDetailView]:
    """Those of the conversations that the caller may see, each with its newest 50 messages."""
    owner = caller.organization_id
    rows = await fetch(
        connection, select_interactions(owner, ids, divisions=caller.divisions(VIEW))
    )
    if not rows:
        return []
    messages = await fetch(
        connection,
        select_messages(
            owner, [row.id for row in rows], before_id=HIGHEST_ID, limit=SESSIONS_SHOWN
        ),
    )
    by_conversation: dict[UUID, list[MessageRow]] = {row.id: [] for row in rows}
    for each in reversed(messages):
        by_conversation[each.conversation_id].append(each)
    return [ConversationDetailView.of(row, by_conversation[row.id]) for row in rows]


analytics_router = Router(
    "/api/v2/analytics/conversations",
    route_handlers=[query_details, list_details, read_detail],
    tags=["Analytics"],
)
