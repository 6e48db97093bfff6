"""Agents write to customers: only who has the conversation, by the one way out."""

from uuid import UUID

import msgspec

from tidings.actions.agent_work import Place, find_part, hold_place, taken
from tidings.actions.catalogue import Catalogue
from tidings.actions.media import attach
from tidings.actions.queued_messages import Queued
from tidings.actions.send_message import send_messages
from tidings.domain.content import MediaContent
from tidings.domain.errors import Rejection, conflict, invalid
from tidings.domain.permissions import Caller
from tidings.domain.sending import Intent, Priority
from tidings.domain.templates import TemplateValues
from tidings.store.query import Connection

WORDS = {
    "alerting": "This conversation is offered to you; accept it before you write.",
    "parked": "You parked this conversation; resume it before you write.",
    "disconnected": "Your part in this conversation is over; take it again before you write.",
}


class AgentDraft(msgspec.Struct, frozen=True, kw_only=True):
    """What an agent writes: a text, a template with its values, or files with or without a text."""

    text: str | None = None
    response_id: UUID | None = None
    values: TemplateValues = TemplateValues()
    media_ids: tuple[UUID, ...] = ()


async def send_as_agent(
    connection: Connection,
    caller: Caller,
    catalogue: Catalogue,
    conversation_id: UUID,
    participant_id: UUID,
    draft: AgentDraft,
) -> Queued:
    """Queue one message of the agent who has the conversation, ahead of all others.

    Each file is a message of its own, and the text goes with the first; that one is given.

    409 naming who has it when it is not the caller, and where the customer-service window is
    closed for a text (T9); 400 for a text that is empty or too long.
    """
    place = await hold_place(connection, caller, conversation_id)
    await check_owner(connection, caller, place, participant_id)
    contents: list[MediaContent | None] = [None]
    if draft.media_ids:
        if draft.response_id is not None:
            raise invalid("mediaIds", "A template's files are its values; send mediaIds without.")
        contents = [*await attach(connection, caller, conversation_id, draft.media_ids)]
    elif (draft.text is None) == (draft.response_id is None):
        raise invalid("textBody", "Give either textBody or messagingTemplate.")
    first, *others = contents
    sent = await _send(connection, catalogue, _intent(caller, place, draft, first))
    for content in others:
        bare = _intent(caller, place, AgentDraft(), content)
        await _send(connection, catalogue, bare)
    return sent


async def _send(connection: Connection, catalogue: Catalogue, intent: Intent) -> Queued:
    result = (await send_messages(connection, catalogue, [intent], render=lambda _: b""))[0]
    if isinstance(result, Rejection):
        raise result
    assert isinstance(result, Queued), "without a replay key nothing was answered before"
    return result


async def check_owner(
    connection: Connection, caller: Caller, place: Place, participant_id: UUID
) -> None:
    """Only who has the conversation, accepted and not parked, writes in it."""
    part, owner = find_part(place, participant_id), place.owner
    if owner is not None and owner.user_id != caller.id:
        raise await taken(connection, caller, place)
    if part.user_id != caller.id or part.mode != "primary":
        raise conflict(
            "conversation.not.yours",
            "You take no part in this conversation as its agent; take it before you write.",
        )
    if part.state != "connected":
        raise conflict("conversation.not.connected", WORDS[part.state], state=part.state)


def _intent(caller: Caller, place: Place, draft: AgentDraft, media: MediaContent | None) -> Intent:
    spot = place.spot
    return Intent(
        organization_id=caller.organization_id,
        sender_kind=caller.kind,
        sender_id=caller.id,
        integration_id=spot.integration_id,
        address=spot.address,
        text=draft.text,
        response_id=draft.response_id,
        values=draft.values,
        priority=Priority.AGENT,
        initiator="agent",
        conversation_id=spot.id,
        customer_id=spot.customer_id,
        media=media,
    )
