"""Conversations and messages as the reference has them: /conversations, /conversations/messages."""

from typing import TypeVar
from uuid import UUID

from litestar import Router, get, post

from tidings.api.auth import needs
from tidings.api.v2.conversation_views import (
    CONVERSATIONS,
    ConversationView,
    MessageConversationView,
)
from tidings.api.v2.message_views import MessageDataView
from tidings.api.views import View, parse_id
from tidings.domain.errors import absent, invalid
from tidings.domain.permissions import Caller
from tidings.store.database import Database
from tidings.store.interaction_filters import HIGHEST_ID
from tidings.store.interactions import InteractionRow, select_interactions
from tidings.store.message_details import (
    MessageRow,
    select_message,
    select_messages,
    select_some_messages,
)
from tidings.store.query import Connection, fetch, fetch_optional

VIEW_MESSAGES = "conversation:message:view"
VIEW_CONVERSATIONS = "conversation:communication:view"
MESSAGES_SHOWN = 200
MOST_IDS = 100

Shown = TypeVar("Shown", ConversationView, MessageConversationView)


class MessageListView(View):
    """TextMessageListing of the reference."""

    entities: list[MessageDataView]


@get("/{conversation_id:uuid}", guards=[needs(VIEW_CONVERSATIONS)])
async def read_conversation(
    conversation_id: UUID, caller: Caller, database: Database
) -> ConversationView:
    """One conversation with its participants and newest 200 messages."""
    divisions = caller.divisions(VIEW_CONVERSATIONS)
    return await _read_conversation(
        database, caller, conversation_id, divisions=divisions, view=ConversationView
    )


@get("/messages/{conversation_id:uuid}", guards=[needs(VIEW_MESSAGES, VIEW_CONVERSATIONS)])
async def read_message_conversation(
    conversation_id: UUID, caller: Caller, database: Database
) -> MessageConversationView:
    """One conversation with its participants and the status of its newest 200 messages."""
    divisions = union(caller.divisions(VIEW_MESSAGES), caller.divisions(VIEW_CONVERSATIONS))
    return await _read_conversation(
        database, caller, conversation_id, divisions=divisions, view=MessageConversationView
    )


async def _read_conversation(
    database: Database,
    caller: Caller,
    conversation_id: UUID,
    *,
    divisions: list[UUID] | None,
    view: type[Shown],
) -> Shown:
    owner = caller.organization_id
    async with database.transaction(owner) as connection:
        row = await access_conversation(connection, caller, conversation_id, divisions=divisions)
        messages = await fetch(
            connection,
            select_messages(owner, [conversation_id], before_id=HIGHEST_ID, limit=MESSAGES_SHOWN),
        )
    return view.of(row, messages[::-1])


async def access_conversation(
    connection: Connection, caller: Caller, conversation_id: UUID, *, divisions: list[UUID] | None
) -> InteractionRow:
    """The conversation, or a 404 when it is not there or not in these divisions."""
    row = await fetch_optional(
        connection,
        select_interactions(caller.organization_id, [conversation_id], divisions=divisions),
    )
    if row is None:
        raise absent("conversation", conversation_id)
    return row


async def access_message(
    connection: Connection, caller: Caller, message_id: UUID, *, permission: str
) -> MessageRow:
    """The message, or a 404 when it is not there or its conversation not for this caller."""
    row = await fetch_optional(
        connection,
        select_message(caller.organization_id, message_id, divisions=caller.divisions(permission)),
    )
    if row is None:
        raise absent("message", message_id)
    return row


def union(one: list[UUID] | None, other: list[UUID] | None) -> list[UUID] | None:
    """The divisions in which one of two permissions is held; None when it is all."""
    return None if one is None or other is None else sorted({*one, *other})


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
        read_conversation,
        read_message_conversation,
        read_message_details,
        read_message,
        read_messages,
    ],
    tags=["Conversations"],
)
