"""Conversations and messages as the reference has them: /conversations, /conversations/messages."""

from collections.abc import Sequence
from typing import Any, TypeVar
from urllib.parse import urlencode
from uuid import UUID

import msgspec
from litestar import Request, Router, get, post

from tidings.api.auth import needs, signed_in
from tidings.api.paging import After, Page, listing
from tidings.api.v2.conversation_messages import start_message_conversation
from tidings.api.v2.conversation_transfers import change_conversation
from tidings.api.v2.conversation_views import (
    CONVERSATIONS,
    ConversationView,
    MessageConversationView,
    Shown,
)
from tidings.api.v2.message_views import MessageDataView
from tidings.api.v2.shown_conversations import (
    VIEW_CONVERSATIONS,
    VIEW_MESSAGES,
    access_conversation,
    read_one,
    read_shown,
    seen_divisions,
)
from tidings.api.views import Listing, View, parse_id
from tidings.domain.errors import absent, invalid
from tidings.domain.permissions import Caller
from tidings.store.agent_work import WorkRow, select_work
from tidings.store.database import Database
from tidings.store.message_details import MessageRow, select_message, select_some_messages
from tidings.store.query import Connection, fetch, fetch_optional

MOST_IDS = 100
MOST_HELD = 5_000

AnyRequest = Request[Any, Any, Any]
Item = TypeVar("Item")


class Work(msgspec.Struct, frozen=True):
    """A page of what somebody works at, of how many, and its last one if more follow."""

    shown: list[Shown]
    total: int
    last: WorkRow | None


class MessageListView(View):
    """TextMessageListing of the reference."""

    entities: list[MessageDataView]


@get("/", guards=[signed_in()])
async def list_conversations(
    request: AnyRequest, caller: Caller, database: Database, page: Page, after: After = None
) -> Listing[ConversationView]:
    """What the caller is offered, talks in, listens to, wraps up and has parked, in this order.

    Of each the latest first. nextUri goes on after the last one, whatever changed meanwhile.
    """
    work = await _read_work(database, caller, page, after)
    return _list_work(request, page, work, [ConversationView.of(each) for each in work.shown])


@get("/messages", guards=[signed_in()])
async def list_message_conversations(
    request: AnyRequest, caller: Caller, database: Database, page: Page, after: After = None
) -> Listing[MessageConversationView]:
    """What the caller is offered, talks in, listens to, wraps up and has parked, in this order.

    Of each the latest first. nextUri goes on after the last one, whatever changed meanwhile.
    """
    work = await _read_work(database, caller, page, after)
    entities = [MessageConversationView.of(each) for each in work.shown]
    return _list_work(request, page, work, entities)


async def _read_work(database: Database, caller: Caller, page: Page, after: str | None) -> Work:
    organization_id = caller.organization_id
    place = None if after is None else _read_after(after)
    async with database.transaction(organization_id) as connection:
        held = await fetch(connection, select_work(organization_id, [caller.id], limit=MOST_HELD))
        start = page.offset
        if place is not None:
            start = sum(_place_of(each.rank, each.conversation_id) <= place for each in held)
        rows = held[start : start + page.size]
        ids = [each.conversation_id for each in rows]
        shown = await read_shown(connection, organization_id, ids)
    goes_on = start + len(rows) < len(held)
    return Work(shown, len(held), rows[-1] if rows and goes_on else None)


def _place_of(rank: int, conversation_id: UUID) -> tuple[int, int]:
    """Where a conversation stands in the list; the latest have the highest ids."""
    return rank, -conversation_id.int


def _read_after(after: str) -> tuple[int, int]:
    rank, _, identifier = after.partition("~")
    if not (rank.isascii() and rank.isdecimal() and len(rank) == 1):
        raise invalid("after", "after is what nextUri says.")
    return _place_of(int(rank), parse_id(identifier, "after"))


def _list_work(
    request: AnyRequest, page: Page, work: Work, entities: Sequence[Item]
) -> Listing[Item]:
    """The envelope of a numbered listing, of which the next page begins after the last entity."""
    shown = listing(request, page, entities=entities, total=work.total)
    if work.last is None:
        return msgspec.structs.replace(shown, next_uri=None)
    key = f"{work.last.rank}~{work.last.conversation_id}"
    known = request.query_params.multi_items()
    query = [(name, value) for name, value in known if name not in ("after", "pageNumber")]
    next_uri = f"{request.url.path}?{urlencode([*query, ('after', key)])}"
    return msgspec.structs.replace(shown, next_uri=next_uri)


@get("/{conversation_id:uuid}", guards=[needs(VIEW_CONVERSATIONS)])
async def read_conversation(
    conversation_id: UUID, caller: Caller, database: Database
) -> ConversationView:
    """One conversation with its participants and newest 200 messages."""
    divisions = caller.divisions(VIEW_CONVERSATIONS)
    async with database.transaction(caller.organization_id) as connection:
        return ConversationView.of(
            await read_one(connection, caller, conversation_id, divisions=divisions)
        )


@get("/messages/{conversation_id:uuid}", guards=[needs(VIEW_MESSAGES, VIEW_CONVERSATIONS)])
async def read_message_conversation(
    conversation_id: UUID, caller: Caller, database: Database
) -> MessageConversationView:
    """One conversation with its participants and the status of its newest 200 messages."""
    divisions = seen_divisions(caller)
    async with database.transaction(caller.organization_id) as connection:
        return MessageConversationView.of(
            await read_one(connection, caller, conversation_id, divisions=divisions)
        )


async def access_message(
    connection: Connection, caller: Caller, message_id: UUID, *, permission: str
) -> MessageRow:
    """The message, or a 404 when it is not there or its conversation not for this caller."""
    query = select_message(
        caller.organization_id,
        message_id,
        divisions=caller.divisions(permission),
        user_id=caller.id,
    )
    row = await fetch_optional(connection, query)
    if row is None:
        raise absent("message", message_id)
    return row


@get("/messages/{message_id:uuid}/details", guards=[needs(VIEW_MESSAGES)])
async def read_message_details(
    message_id: UUID, caller: Caller, database: Database
) -> MessageDataView:
    """One message and how far it got."""
    async with database.transaction(caller.organization_id) as connection:
        return MessageDataView.of(
            await access_message(connection, caller, message_id, permission=VIEW_MESSAGES)
        )


@get("/messages/{conversation_id:uuid}/messages/{message_id:uuid}", guards=[needs(VIEW_MESSAGES)])
async def read_message(
    conversation_id: UUID, message_id: UUID, caller: Caller, database: Database
) -> MessageDataView:
    """One message of a conversation and how far it got."""
    async with database.transaction(caller.organization_id) as connection:
        row = await access_message(connection, caller, message_id, permission=VIEW_MESSAGES)
    if row.conversation_id != conversation_id:
        raise absent("message", message_id)
    return MessageDataView.of(row)


@post(
    "/messages/{conversation_id:uuid}/messages/bulk",
    guards=[needs(VIEW_MESSAGES)],
    status_code=200,
)
async def read_messages(
    conversation_id: UUID, data: list[str] | None, caller: Caller, database: Database
) -> MessageListView:
    """Some messages of a conversation by their ids (at most 100); unknown ids are left out."""
    if len(data or ()) > MOST_IDS:
        raise invalid("body", f"Ask for at most {MOST_IDS} messages at once.")
    ids = [parse_id(each, "body") for each in data or ()]
    divisions = caller.divisions(VIEW_MESSAGES)
    async with database.transaction(caller.organization_id) as connection:
        await access_conversation(connection, caller, conversation_id, divisions=divisions)
        rows = await fetch(
            connection, select_some_messages(caller.organization_id, conversation_id, ids)
        )
    return MessageListView(entities=[MessageDataView.of(row) for row in rows])


messages_router = Router(
    CONVERSATIONS,
    route_handlers=[
        list_conversations,
        list_message_conversations,
        start_message_conversation,
        read_conversation,
        read_message_conversation,
        change_conversation,
        read_message_details,
        read_message,
        read_messages,
    ],
    tags=["Conversations"],
)
