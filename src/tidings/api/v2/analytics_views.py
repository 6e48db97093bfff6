"""Analytics' detail records: a conversation, who took part, and a session for each message sent.

store/segment_conditions.py filters by the same sessions: what is shown here is found there.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from tidings.actions.failure_words import failure_of
from tidings.api.v2.message_views import error_info
from tidings.api.v2.parties import Party, addresses_of, parties_of, started_at
from tidings.api.views import Moment, View, moment, optional_moment
from tidings.domain.delivery import DeliveryStatus, analytics_status
from tidings.domain.dispositions import disposition_of
from tidings.store.interactions import InteractionRow
from tidings.store.message_details import MessageRow


class SegmentView(View):
    """AnalyticsConversationSegment of the reference."""

    segment_start: Moment
    segment_type: str
    conference: bool
    segment_end: Moment | None = None
    disconnect_type: str | None = None
    error_code: str | None = None
    wrap_up_code: str | None = None


class SessionView(View):
    """AnalyticsSession of the reference."""

    session_id: str
    media_type: str
    message_type: str
    direction: str
    provider: str
    address_from: str
    address_to: str
    remote: str
    segments: list[SegmentView]
    delivery_status: str | None = None
    delivery_status_change_date: Moment | None = None
    error_code_description: str | None = None
    extended_delivery_status: str | None = None
    outbound_campaign_id: str | None = None
    outbound_contact_id: str | None = None
    outbound_contact_list_id: str | None = None


class ParticipantView(View):
    """AnalyticsParticipantWithoutAttributes of the reference."""

    participant_id: str
    purpose: str
    sessions: list[SessionView]
    participant_name: str | None = None
    external_contact_id: str | None = None
    user_id: str | None = None


class ConversationDetailView(View):
    """AnalyticsConversationWithoutAttributes of the reference."""

    conversation_id: str
    conversation_start: Moment
    conversation_initiator: str
    originating_direction: str
    customer_participation: bool
    division_ids: list[str]
    participants: list[ParticipantView]
    conversation_end: Moment | None = None

    @classmethod
    def of(cls, row: InteractionRow, messages: Sequence[MessageRow]) -> "ConversationDetailView":
        """The conversation with its messages, which come in the order of time."""
        return cls(
            conversation_id=str(row.id),
            conversation_start=moment(row.started_at),
            conversation_end=optional_moment(row.ended_at),
            conversation_initiator=row.initiator,
            originating_direction=row.direction,
            customer_participation=any(each.direction == "inbound" for each in messages),
            division_ids=[str(row.division_id)],
            participants=[_participant(row, each) for each in parties_of(row, messages)],
        )


def _participant(row: InteractionRow, party: Party) -> ParticipantView:
    is_customer = party.purpose == "customer"
    if is_customer:
        sessions = [_customer_session(row, party)]
    else:
        sessions = [_sent_session(row, each) for each in party.messages]
    return ParticipantView(
        participant_id=str(party.id),
        purpose=party.purpose,
        participant_name=(row.customer_name or None) if is_customer else None,
        external_contact_id=str(row.customer_id) if is_customer else None,
        user_id=str(party.user_id) if party.user_id else None,
        sessions=sessions,
    )


def _customer_session(row: InteractionRow, party: Party) -> SessionView:
    sender, recipient = addresses_of(row, row.direction)
    return SessionView(
        session_id=str(party.id),
        media_type="message",
        message_type="whatsapp",
        direction=row.direction,
        provider="WhatsApp",
        address_from=sender,
        address_to=recipient,
        remote=row.address,
        delivery_status="Received" if party.messages else None,
        delivery_status_change_date=(
            moment(party.messages[-1].created_at) if party.messages else None
        ),
        segments=[_segment(row, started_at(row, party))],
    )


def _sent_session(row: InteractionRow, message: MessageRow) -> SessionView:
    failure = failure_of(message.status, message.error_code, message.error_detail)
    told = error_info(failure)
    return SessionView(
        session_id=str(message.id),
        media_type="message",
        message_type="whatsapp",
        direction="outbound",
        provider="WhatsApp",
        address_from=message.from_address,
        address_to=message.to_address,
        remote=message.to_address,
        delivery_status=analytics_status(DeliveryStatus(message.status)),
        delivery_status_change_date=moment(changed_at(message)),
        error_code_description=told.message if told else None,
        extended_delivery_status=failure.reason if failure else None,
        outbound_campaign_id=_optional_id(message.campaign_id),
        outbound_contact_id=message.contact_id,
        outbound_contact_list_id=_optional_id(message.contact_list_id),
        segments=[_segment(row, message.created_at, message)],
    )


def _optional_id(identifier: UUID | None) -> str | None:
    return None if identifier is None else str(identifier)


def _segment(
    row: InteractionRow, start: datetime, message: MessageRow | None = None
) -> SegmentView:
    """What took place in a session; a message sent after the end ends its segment at once."""
    end = None if row.ended_at is None else max(row.ended_at, start)
    disconnect_type = None if end is None else "system"
    if message is not None and message.status == "failed":
        disconnect_type = "error"
    return SegmentView(
        segment_start=moment(start),
        segment_end=optional_moment(end),
        segment_type="interact",
        conference=False,
        disconnect_type=disconnect_type,
        error_code=message.error_code if message else None,
        wrap_up_code=disposition_of(message.status) if message and message.campaign_id else None,
    )


def changed_at(message: MessageRow) -> datetime:
    """When a message came to its present status."""
    times = {
        "sent": message.sent_at,
        "delivered": message.delivered_at,
        "read": message.read_at,
        "failed": message.failed_at,
        "unknown": message.failed_at,
    }
    return times.get(message.status) or message.created_at
