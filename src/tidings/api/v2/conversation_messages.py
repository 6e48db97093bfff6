"""What agents write over the API: messages to the customer, and notes for colleagues."""

from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Response, Router, get, post
from litestar.di import Provide
from litestar.params import QueryParameter
from msgspec import Meta

from tidings.actions.agent_messages import AgentDraft, send_as_agent
from tidings.actions.agent_work import see_place
from tidings.actions.channels import Channels
from tidings.actions.conversation_facts import ADD_NOTE, VIEW_NOTE, add_note
from tidings.actions.outreach import Begun, Outreach, start_conversation
from tidings.actions.read_marks import mark_read
from tidings.api.auth import needs
from tidings.api.outgoing import Outgoing
from tidings.api.paging import After, keyset
from tidings.api.replay import Once
from tidings.api.v2.agentless import (
    PERMISSION,
    TemplateBody,
    read_address,
    read_response_id,
    read_values,
)
from tidings.api.v2.conversation_views import CONVERSATIONS
from tidings.api.v2.integration_checks import read_channels
from tidings.api.v2.message_views import MessageDataView
from tidings.api.views import Body, Keyset, Moment, Ref, View, moment, parse_id
from tidings.domain.errors import invalid
from tidings.domain.permissions import Caller
from tidings.store.database import Database
from tidings.store.ids import time_of
from tidings.store.interaction_filters import HIGHEST_ID
from tidings.store.message_details import MessageRow, select_message
from tidings.store.notes import NoteRow, select_notes
from tidings.store.query import Connection, fetch, fetch_one

COMMUNICATION = "/messages/{conversation_id:uuid}/communications/{communication_id:uuid}"
NOTES = "/{conversation_id:uuid}/notes"

NotePageSize = Annotated[int, QueryParameter(name="pageSize", ge=1, le=100)]


class MessageBody(Body):
    """AdditionalMessage of the reference: a text, a template, or uploaded files with a text."""

    text_body: str | None = None
    media_ids: list[str] | None = None
    messaging_template: TemplateBody | None = None

    def draft(self) -> AgentDraft:
        """The message as the action takes it."""
        return AgentDraft(
            text=self.text_body,
            media_ids=tuple(parse_id(each, "mediaIds") for each in self.media_ids or ()),
            response_id=read_response_id(self.messaging_template),
            values=read_values(self.messaging_template),
        )


class OutreachBody(Body):
    """CreateOutboundMessagingConversationRequest of the reference; `from_address` is ours."""

    queue_id: str
    to_address: Annotated[str, Meta(max_length=64)]
    to_address_messenger_type: str
    use_existing_conversation: bool | None = None
    from_address: str | None = None

    def outreach(self) -> Outreach:
        """What is asked for, as the action takes it."""
        if self.to_address_messenger_type.lower() != "whatsapp":
            raise invalid("toAddressMessengerType", "Only whatsapp can be sent; say so.")
        number = self.from_address
        return Outreach(
            queue_id=parse_id(self.queue_id, "queueId"),
            address=read_address(self.to_address),
            integration_id=None if number is None else parse_id(number, "fromAddress"),
            use_existing=self.use_existing_conversation or False,
        )


class OutreachView(View):
    """CreateOutboundMessagingConversationResponse of the reference, and one's participant."""

    id: str
    self_uri: str
    participant_id: str

    @classmethod
    def of(cls, begun: Begun) -> "OutreachView":
        """The conversation that began."""
        return cls(
            id=str(begun.conversation_id),
            self_uri=f"{CONVERSATIONS}/messages/{begun.conversation_id}",
            participant_id=str(begun.participant_id),
        )


class NoteBody(Body):
    """A note to write."""

    text: str


class NoteView(View):
    """A note for colleagues."""

    id: str
    text: str
    author: Ref
    date_created: Moment

    @classmethod
    def of(cls, row: NoteRow) -> "NoteView":
        """The note as the API shows it."""
        author = Ref(id=str(row.author_id), name=row.author_name or None)
        created = moment(time_of(row.id))
        return cls(id=str(row.id), text=row.body, author=author, date_created=created)


@post(f"{COMMUNICATION}/messages", guards=[needs(PERMISSION)], status_code=200)
async def send_message(
    conversation_id: UUID,
    communication_id: UUID,
    data: MessageBody,
    caller: Caller,
    outgoing: Outgoing,
    once: Once,
) -> Response[MessageDataView]:
    """Write to the customer, as the agent who has the conversation.

    An Idempotency-Key, such as the client's own id of the message, makes it safe to repeat. 409
    names who has the conversation when it is somebody else, or says that the customer-service
    window is closed for a text; a template goes out at any time. Each of mediaIds becomes a
    message of its own, the text goes with the first of them, which is the answer.
    """
    draft = data.draft()

    async def send(connection: Connection) -> MessageRow:
        queued = await send_as_agent(
            connection, caller, outgoing.catalogue, conversation_id, communication_id, draft
        )
        written = select_message(caller.organization_id, queued.message_id, divisions=None)
        return await fetch_one(connection, written)

    return await once(send, MessageDataView.of)


@post(f"{COMMUNICATION}/typing", guards=[needs(PERMISSION)], status_code=204)
async def show_typing(
    conversation_id: UUID, communication_id: UUID, caller: Caller, channels: Channels
) -> None:
    """Show the customer that their agent types; it also marks what they wrote as read.

    It shows for some seconds; more often than every ten seconds nothing is told.
    """
    await mark_read(channels, caller, conversation_id, communication_id, typing=True)


@post(f"{COMMUNICATION}/read", guards=[needs(PERMISSION)], status_code=204)
async def show_read(
    conversation_id: UUID, communication_id: UUID, caller: Caller, channels: Channels
) -> None:
    """Show the customer that their agent read what they wrote, once for each message."""
    await mark_read(channels, caller, conversation_id, communication_id, typing=False)


@post("/messages", guards=[needs(PERMISSION)], status_code=200)
async def start_message_conversation(
    data: OutreachBody, caller: Caller, once: Once
) -> Response[OutreachView]:
    """Begin a conversation with a customer, or take the latest up again, as its agent.

    Nothing is sent yet: send a template in it. 409 when an agent talks with the customer now.
    """
    outreach = data.outreach()
    return await once(
        lambda connection: start_conversation(connection, caller, outreach), OutreachView.of
    )


@post(NOTES, guards=[needs(ADD_NOTE)], status_code=200)
async def write_note(
    conversation_id: UUID, data: NoteBody, caller: Caller, once: Once
) -> Response[NoteView]:
    """Write a note for colleagues; the customer never sees it."""
    return await once(
        lambda connection: add_note(connection, caller, conversation_id, data.text), NoteView.of
    )


@get(NOTES, guards=[needs(VIEW_NOTE)])
async def list_notes(
    request: Request[Any, Any, Any],
    conversation_id: UUID,
    caller: Caller,
    database: Database,
    after: After = None,
    page_size: NotePageSize = 25,
) -> Keyset[NoteView]:
    """The notes of a conversation, newest first."""
    before_id = HIGHEST_ID if after is None else parse_id(after, "after")
    async with database.transaction(caller.organization_id) as connection:
        await see_place(connection, caller, conversation_id)
        query = select_notes(
            caller.organization_id, conversation_id, before_id=before_id, limit=page_size
        )
        rows = await fetch(connection, query)
    return keyset(
        request,
        page_size,
        entities=[NoteView.of(row) for row in rows],
        last_key=rows[-1].id if rows else None,
    )


conversation_messages_router = Router(
    CONVERSATIONS,
    route_handlers=[send_message, show_typing, show_read, write_note, list_notes],
    dependencies={"channels": Provide(read_channels)},
    tags=["Conversations"],
)
