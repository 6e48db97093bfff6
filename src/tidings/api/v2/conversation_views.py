"""Conversation and MessageConversation of the reference, with their participants.

Participants are derived: the customer, and whoever sent messages (a program is `api`, a person
`agent`). Their ids are the conversation's and the sender's own, so they do not change.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

import msgspec

from tidings.actions.failure_words import failure_of
from tidings.api.v2.message_views import (
    MESSAGES,
    ErrorInfoView,
    content_of,
    contract_status,
    error_info,
)
from tidings.api.views import Moment, Ref, View, moment, optional_moment
from tidings.store.interactions import InteractionRow
from tidings.store.message_details import MessageRow

CONVERSATIONS = "/api/v2/conversations"
PURPOSES = {"user": "agent", "campaign": "campaign", "customer": "customer"}
STATES = {"open": "alerting", "connected": "connected", "disconnected": "disconnected"}


class Party(msgspec.Struct, frozen=True):
    """Somebody who took part: the customer, or a sender with the messages they sent."""

    id: UUID
    purpose: str
    direction: str
    user_id: UUID | None
    messages: list[MessageRow]


def parties_of(row: InteractionRow, messages: Sequence[MessageRow]) -> list[Party]:
    """Who took part, the customer first; `messages` in the order of time."""
    received = [each for each in messages if each.direction == "inbound"]
    customer_id = uuid5(row.id, f"customer {row.customer_id}")
    parties = [Party(customer_id, "customer", row.direction, None, received)]
    senders: dict[tuple[str, UUID | None], list[MessageRow]] = {}
    for each in messages:
        if each.direction == "outbound":
            senders.setdefault((each.sender_kind, each.sender_id), []).append(each)
    for (kind, sender_id), sent in senders.items():
        purpose = PURPOSES.get(kind, "api")
        user_id = sender_id if purpose == "agent" else None
        party_id = uuid5(row.id, f"{kind} {sender_id}")
        parties.append(Party(party_id, purpose, "outbound", user_id, sent))
    return parties


class AddressView(View):
    """Address of the reference."""

    address_raw: str
    address_normalized: str
    name: str | None = None


class MetadataView(View):
    """ConversationMessageMetadata of the reference."""

    type: str
    content: list[dict[str, str]]


class MessageDetailsView(View):
    """MessageDetails of the reference: what is known of one message, without its text."""

    message_id: str
    message_status: str
    message_time: Moment
    message_segment_count: int
    message_metadata: MetadataView
    message_uri: str = msgspec.field(name="messageURI")
    error_info: ErrorInfoView | None = None

    @classmethod
    def of(cls, row: MessageRow) -> "MessageDetailsView":
        """The message as its conversation lists it."""
        kinds = [{"contentType": str(each["contentType"])} for each in content_of(row)]
        return cls(
            message_id=str(row.id),
            message_status=contract_status(row),
            message_time=moment(row.created_at),
            message_segment_count=1,
            message_metadata=MetadataView(type="Structured" if kinds else "Text", content=kinds),
            message_uri=f"{MESSAGES}/{row.conversation_id}/messages/{row.id}",
            error_info=error_info(failure_of(row.status, row.error_code, row.error_detail)),
        )


class MediaParticipantView(View):
    """MessageMediaParticipant of the reference."""

    id: str
    purpose: str
    state: str
    direction: str
    start_time: Moment
    provider: str
    type: str
    to_address: AddressView
    from_address: AddressView
    messages: list[MessageDetailsView]
    address: str
    name: str | None = None
    connected_time: Moment | None = None
    end_time: Moment | None = None
    disconnect_type: str | None = None
    user: Ref | None = None
    external_contact: Ref | None = None


class DivisionMembershipView(View):
    """ConversationDivisionMembership of the reference."""

    division: Ref


class MessageConversationView(View):
    """MessageConversation of the reference."""

    id: str
    participants: list[MediaParticipantView]
    divisions: list[DivisionMembershipView]
    self_uri: str

    @classmethod
    def of(cls, row: InteractionRow, messages: Sequence[MessageRow]) -> "MessageConversationView":
        """The conversation with its messages, which come in the order of time."""
        return cls(
            id=str(row.id),
            participants=[_media_participant(row, each) for each in parties_of(row, messages)],
            divisions=[divisions_of(row)],
            self_uri=f"{MESSAGES}/{row.id}",
        )


class ParticipantView(View):
    """Participant of the reference; `messages` are its communications, one each here."""

    id: str
    purpose: str
    participant_type: str
    start_time: Moment
    messages: list[dict[str, Any]]
    address: str
    name: str | None = None
    connected_time: Moment | None = None
    end_time: Moment | None = None
    user_id: str | None = None
    external_contact_id: str | None = None


class ConversationView(View):
    """Conversation of the reference."""

    id: str
    start_time: Moment
    address: str
    state: str
    recording_state: str
    participants: list[ParticipantView]
    divisions: list[DivisionMembershipView]
    self_uri: str
    end_time: Moment | None = None

    @classmethod
    def of(cls, row: InteractionRow, messages: Sequence[MessageRow]) -> "ConversationView":
        """The conversation with its messages, which come in the order of time."""
        return cls(
            id=str(row.id),
            start_time=moment(row.started_at),
            end_time=optional_moment(row.ended_at),
            address=row.address,
            state=STATES[row.state],
            recording_state="NONE",
            participants=[_participant(row, each) for each in parties_of(row, messages)],
            divisions=[divisions_of(row)],
            self_uri=f"{CONVERSATIONS}/{row.id}",
        )


def divisions_of(row: InteractionRow) -> DivisionMembershipView:
    """The one division that a conversation belongs to."""
    path = f"/api/v2/authorization/divisions/{row.division_id}"
    return DivisionMembershipView(division=Ref(id=str(row.division_id), self_uri=path))


def addresses_of(row: InteractionRow, direction: str) -> tuple[str, str]:
    """From which address to which a message of this direction goes."""
    if direction == "inbound":
        return row.address, row.phone_number
    return row.phone_number, row.address


def started_at(row: InteractionRow, party: Party) -> datetime:
    """When somebody joined: with their first message."""
    return party.messages[0].created_at if party.messages else row.started_at


def _media_participant(row: InteractionRow, party: Party) -> MediaParticipantView:
    is_customer = party.purpose == "customer"
    sender, recipient = addresses_of(row, party.direction)
    start = moment(started_at(row, party))
    ended = row.ended_at is not None
    return MediaParticipantView(
        id=str(party.id),
        name=(row.customer_name or None) if is_customer else None,
        purpose=party.purpose,
        state="disconnected" if ended else "connected",
        direction=party.direction,
        start_time=start,
        connected_time=start,
        end_time=optional_moment(row.ended_at),
        disconnect_type="system" if ended else None,
        provider="WhatsApp",
        type="whatsapp",
        address=row.address if is_customer else row.phone_number,
        from_address=AddressView(address_raw=sender, address_normalized=sender),
        to_address=AddressView(address_raw=recipient, address_normalized=recipient),
        messages=[MessageDetailsView.of(each) for each in party.messages],
        user=Ref(id=str(party.user_id)) if party.user_id else None,
        external_contact=Ref(id=str(row.customer_id)) if is_customer else None,
    )


def _participant(row: InteractionRow, party: Party) -> ParticipantView:
    media = _media_participant(row, party)
    communication = {
        "id": str(uuid5(party.id, "communication")),
        "state": media.state,
        "initialState": "connected",
        "direction": party.direction,
        "held": False,
        "provider": media.provider,
        "type": media.type,
        "connectedTime": media.start_time,
        "fromAddress": media.from_address,
        "toAddress": media.to_address,
        "messages": media.messages,
    }
    if media.end_time is not None:
        communication |= {"disconnectedTime": media.end_time, "disconnectType": "system"}
    return ParticipantView(
        id=media.id,
        name=media.name,
        purpose=media.purpose,
        participant_type="External" if party.purpose == "customer" else "Internal",
        start_time=media.start_time,
        connected_time=media.connected_time,
        end_time=media.end_time,
        address=media.address,
        user_id=str(party.user_id) if party.user_id else None,
        external_contact_id=str(row.customer_id) if party.purpose == "customer" else None,
        messages=[communication],
    )
