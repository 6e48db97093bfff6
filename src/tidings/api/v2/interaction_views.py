"""How the interactions view shows conversations and their messages."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from tidings.actions.failure_words import failure_of
from tidings.actions.unsaid_messages import can_retry
from tidings.api.v2.media_views import AttachmentView
from tidings.api.v2.sent_templates import SentTemplateView
from tidings.api.views import Moment, Ref, View, moment, optional_moment
from tidings.domain.dispositions import disposition_of
from tidings.domain.languages import language_of_phone
from tidings.domain.windows import ServiceWindow
from tidings.store.interactions import InteractionRow
from tidings.store.message_details import AddressRow, MessageRow
from tidings.store.unsaid_messages import UnsaidRow

PATH = "/api/v2/interactions"
USERS = "/api/v2/users"
CAMPAIGNS = "/api/v2/outbound/messagingcampaigns"
INTEGRATIONS = "/api/v2/conversations/messaging/integrations/whatsapp"


class AddressView(View):
    """An address that a customer is known by."""

    kind: str
    value: str


class CustomerView(View):
    """The customer of a conversation.

    `language` is what somebody said; without it `likely_language` is that of the number's country.
    """

    id: str
    address: str
    name: str | None = None
    language: str | None = None
    likely_language: str | None = None
    addresses: list[AddressView] | None = None


class LastMessageView(View):
    """The message that speaks for its conversation in a list."""

    id: str
    direction: str
    status: str
    text: str
    time: Moment
    template_name: str | None = None
    error_code: str | None = None
    error_text: str | None = None


class LastSaidView(View):
    """What a person said: the customer (inbound) or an agent."""

    direction: str
    text: str
    time: Moment


class MessageView(View):
    """One message of a conversation, with all its times; `error_mend` says what to do."""

    id: str
    direction: str
    status: str
    kind: str
    text: str
    time: Moment
    from_address: str
    to_address: str
    template: SentTemplateView | None = None
    attachment: AttachmentView | None = None
    queued_time: Moment | None = None
    sent_time: Moment | None = None
    delivered_time: Moment | None = None
    read_time: Moment | None = None
    failed_time: Moment | None = None
    error_code: str | None = None
    error_text: str | None = None
    error_mend: str | None = None
    provider_message_id: str | None = None
    category: str | None = None
    campaign: Ref | None = None
    contact_id: str | None = None
    wrap_up_code: str | None = None

    @classmethod
    def of(cls, row: MessageRow) -> "MessageView":
        """The message as the interactions view shows it."""
        failure = failure_of(row.status, row.error_code, row.error_detail)
        return cls(
            id=str(row.id),
            direction=row.direction,
            status=row.status,
            kind=row.kind,
            text=row.body,
            time=moment(row.created_at),
            from_address=row.from_address,
            to_address=row.to_address,
            template=SentTemplateView.of(row),
            attachment=None if row.media is None else AttachmentView.of(row.media),
            queued_time=moment(row.created_at) if row.direction == "outbound" else None,
            sent_time=optional_moment(row.sent_at),
            delivered_time=optional_moment(row.delivered_at),
            read_time=optional_moment(row.read_at),
            failed_time=optional_moment(row.failed_at),
            error_code=failure.code if failure else None,
            error_text=failure.text if failure else None,
            error_mend=failure.mend if failure else None,
            provider_message_id=row.provider_message_id,
            category=row.category,
            campaign=campaign_of(row.campaign_id, row.campaign_name),
            contact_id=row.contact_id,
            wrap_up_code=disposition_of(row.status) if row.campaign_id else None,
        )


class WindowView(View):
    """The customer-service window, in which free text is allowed."""

    open: bool
    opens_at: Moment | None = None
    closes_at: Moment | None = None

    @classmethod
    def of(cls, last_inbound_at: datetime | None) -> "WindowView":
        """The window that the customer's last message opened."""
        window = ServiceWindow(last_inbound_at)
        return cls(
            open=window.is_open(datetime.now(UTC)),
            opens_at=optional_moment(last_inbound_at),
            closes_at=optional_moment(window.closes_at),
        )


class InteractionView(View):
    """One conversation in the list.

    `owner` is the agent who has it, and `ownerState` how: alerting (it is offered to them),
    connected or parked. `lastAgent` talked in it last, and may have it still. `lastSaid` is what a
    person said last, where the last message is one that was sent by itself.
    """

    conversation_id: str
    start_time: Moment
    last_message_time: Moment
    direction: str
    initiator: str
    state: str
    integration: Ref
    customer: CustomerView
    message_count: int
    division_id: str
    self_uri: str
    end_time: Moment | None = None
    campaign: Ref | None = None
    wrap_up_code: str | None = None
    last_message: LastMessageView | None = None
    last_said: LastSaidView | None = None
    owner: Ref | None = None
    owner_state: str | None = None
    last_agent: Ref | None = None

    @classmethod
    def of(cls, row: InteractionRow) -> "InteractionView":
        """The conversation as the list shows it."""
        return cls(**interaction_fields(row))


class UnsaidView(View):
    """What a workstream could not say by itself; `trigger` is the occasion."""

    id: str
    conversation_id: str
    trigger: str
    text: str
    time: Moment
    error_code: str
    error_text: str
    can_retry: bool
    address: str
    customer_name: str | None = None

    @classmethod
    def of(cls, row: UnsaidRow, now: datetime) -> "UnsaidView":
        """What was not said, and whether trying again may help now."""
        return cls(
            id=str(row.id),
            conversation_id=str(row.conversation_id),
            trigger=row.trigger,
            text=row.text,
            time=moment(row.failed_at),
            error_code=row.error_code,
            error_text=row.error_text,
            can_retry=can_retry(row, now),
            address=row.address,
            customer_name=row.customer_name or None,
        )


class InteractionDetailView(InteractionView, kw_only=True):
    """One conversation with its newest messages, in the order of time, and the latest of what its
    workstream could not say."""

    messages: list[MessageView]
    window: WindowView
    messages_next_uri: str | None = None
    unsaid: list[UnsaidView] | None = None


def interaction_fields(row: InteractionRow) -> dict[str, Any]:
    """What the list and the detail of a conversation have in common."""
    return {
        "conversation_id": str(row.id),
        "start_time": moment(row.started_at),
        "last_message_time": moment(row.last_message_at),
        "end_time": optional_moment(row.ended_at),
        "direction": row.direction,
        "initiator": row.initiator,
        "state": row.state,
        "integration": Ref(
            id=str(row.integration_id),
            name=row.integration_name,
            self_uri=f"{INTEGRATIONS}/{row.integration_id}",
        ),
        "customer": customer_of(row),
        "message_count": row.message_count,
        "last_message": last_message_of(row),
        "last_said": last_said_of(row),
        "campaign": campaign_of(row.campaign_id, row.campaign_name),
        "owner": agent_of(row.owner_id, row.owner_name),
        "owner_state": row.owner_state,
        "last_agent": agent_of(row.last_agent_id, row.last_agent_name),
        "wrap_up_code": disposition_of(row.status or "") if row.campaign_id else None,
        "division_id": str(row.division_id),
        "self_uri": f"{PATH}/{row.id}",
    }


def agent_of(user_id: UUID | None, name: str | None) -> Ref | None:
    """An agent of a conversation."""
    if user_id is None:
        return None
    return Ref(id=str(user_id), name=name, self_uri=f"{USERS}/{user_id}")


def campaign_of(campaign_id: UUID | None, name: str | None) -> Ref | None:
    """The campaign that sent a message; it may have been deleted since, and then has no name."""
    if campaign_id is None:
        return None
    return Ref(id=str(campaign_id), name=name, self_uri=f"{CAMPAIGNS}/{campaign_id}")


def customer_of(row: InteractionRow, addresses: list[AddressRow] | None = None) -> CustomerView:
    """The customer of a conversation, in details with all addresses and their language."""
    return CustomerView(
        language=addresses[0].language if addresses else None,
        likely_language=language_of_phone(row.address) if addresses else None,
        id=str(row.customer_id),
        name=row.customer_name or None,
        address=row.address,
        addresses=[AddressView(kind=a.kind, value=a.value) for a in addresses or ()] or None,
    )


def last_message_of(row: InteractionRow) -> LastMessageView | None:
    """The message that speaks for a conversation, if it has one."""
    if row.message_id is None or row.message_at is None or row.status is None:
        return None
    failure = failure_of(row.status, row.error_code, row.error_detail)
    return LastMessageView(
        id=str(row.message_id),
        direction=row.message_direction or "",
        status=row.status,
        text=row.body or "",
        template_name=row.template_name,
        time=moment(row.message_at),
        error_code=failure.code if failure else None,
        error_text=failure.text if failure else None,
    )


def last_said_of(row: InteractionRow) -> LastSaidView | None:
    """What a person said last, if the last message is none of a person's."""
    if row.said is None or row.said_direction is None or row.said_at is None:
        return None
    return LastSaidView(direction=row.said_direction, text=row.said, time=moment(row.said_at))
