"""Conversation and MessageConversation of the reference, with their participants."""

from collections.abc import Sequence

import msgspec

from tidings.api.v2.interaction_views import (
    LastMessageView,
    LastSaidView,
    last_message_of,
    last_said_of,
)
from tidings.api.v2.message_views import MESSAGES
from tidings.api.v2.participant_views import (
    QUEUES,
    USERS,
    MediaParticipantView,
    ParticipantView,
    media_participant,
    participant,
)
from tidings.api.v2.parties import parties_of
from tidings.api.v2.waiting_views import ReasonView, reasons_of, why_of
from tidings.api.views import Moment, Ref, View, moment, optional_moment
from tidings.domain.waiting_reasons import read_reasons
from tidings.domain.windows import ServiceWindow
from tidings.store.agent_work import PartRow, StandingRow
from tidings.store.interactions import InteractionRow
from tidings.store.message_details import MessageRow

CONVERSATIONS = "/api/v2/conversations"
INTEGRATIONS = "/api/v2/conversations/messaging/integrations/whatsapp"
STATES = {"open": "alerting", "connected": "connected", "disconnected": "disconnected"}


class Shown(msgspec.Struct, frozen=True):
    """Everything that a conversation is shown with; messages in the order of time."""

    row: InteractionRow
    messages: Sequence[MessageRow]
    parts: Sequence[PartRow]
    standing: StandingRow


class DivisionMembershipView(View):
    """ConversationDivisionMembership of the reference."""

    division: Ref


class WaitingView(View):
    """How a conversation waits; `why` and `reasons` say why nobody was offered it yet."""

    since: Moment
    priority: int
    skill_ids: list[str]
    language_id: str | None = None
    why: str | None = None
    reasons: list[ReasonView] | None = None


class MessageConversationView(View):
    """MessageConversation of the reference.

    Ours beside it, for a desk: the state, who has it, its workstream, how it waits, until when the
    customer may be written to freely, its last message, and what a person said last where that
    message was sent by itself.
    """

    id: str
    participants: list[MediaParticipantView]
    divisions: list[DivisionMembershipView]
    self_uri: str
    state: str
    address: str
    customer: Ref
    integration: Ref
    start_time: Moment
    message_count: int
    end_time: Moment | None = None
    owner: Ref | None = None
    queue: Ref | None = None
    workstream_id: str | None = None
    waiting: WaitingView | None = None
    last_message: LastMessageView | None = None
    last_said: LastSaidView | None = None
    window_closes_time: Moment | None = None
    attributes: dict[str, str] | None = None
    external_tag: str | None = None

    @classmethod
    def of(cls, shown: Shown) -> "MessageConversationView":
        """The conversation as the public API shows it."""
        row, standing = shown.row, shown.standing
        parties = parties_of(row, shown.messages, shown.parts)
        return cls(
            id=str(row.id),
            participants=[media_participant(row, each, standing) for each in parties],
            divisions=[divisions_of(row)],
            self_uri=f"{MESSAGES}/{row.id}",
            state=row.state,
            address=row.address,
            customer=Ref(id=str(row.customer_id), name=row.customer_name or None),
            integration=Ref(
                id=str(row.integration_id),
                name=row.integration_name,
                self_uri=f"{INTEGRATIONS}/{row.integration_id}",
            ),
            start_time=moment(row.started_at),
            message_count=row.message_count,
            end_time=optional_moment(row.ended_at),
            owner=_owner(standing),
            queue=_queue(standing),
            workstream_id=None if standing.workstream_id is None else str(standing.workstream_id),
            waiting=_waiting(standing),
            last_message=last_message_of(row),
            last_said=last_said_of(row),
            window_closes_time=optional_moment(ServiceWindow(standing.window_at).closes_at),
            attributes=standing.attributes or None,
            external_tag=standing.external_tag,
        )


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
    external_tag: str | None = None

    @classmethod
    def of(cls, shown: Shown) -> "ConversationView":
        """The conversation in its general form."""
        row = shown.row
        parties = parties_of(row, shown.messages, shown.parts)
        return cls(
            id=str(row.id),
            start_time=moment(row.started_at),
            end_time=optional_moment(row.ended_at),
            address=row.address,
            state=STATES[row.state],
            recording_state="NONE",
            participants=[participant(row, each, shown.standing) for each in parties],
            divisions=[divisions_of(row)],
            self_uri=f"{CONVERSATIONS}/{row.id}",
            external_tag=shown.standing.external_tag,
        )


def divisions_of(row: InteractionRow) -> DivisionMembershipView:
    """The one division that a conversation belongs to."""
    path = f"/api/v2/authorization/divisions/{row.division_id}"
    return DivisionMembershipView(division=Ref(id=str(row.division_id), self_uri=path))


def _owner(standing: StandingRow) -> Ref | None:
    if standing.owner_id is None:
        return None
    path = f"{USERS}/{standing.owner_id}"
    return Ref(id=str(standing.owner_id), name=standing.owner_name, self_uri=path)


def _queue(standing: StandingRow) -> Ref | None:
    if standing.queue_id is None:
        return None
    path = f"{QUEUES}/{standing.queue_id}"
    return Ref(id=str(standing.queue_id), name=standing.queue_name, self_uri=path)


def _waiting(standing: StandingRow) -> WaitingView | None:
    if standing.waiting_at is None:
        return None
    reasons = read_reasons(standing.why, distribution=standing.distribution)
    return WaitingView(
        since=moment(standing.waiting_at),
        priority=standing.priority or 0,
        skill_ids=[str(each) for each in standing.skill_ids or ()],
        language_id=None if standing.language_id is None else str(standing.language_id),
        why=why_of(reasons),
        reasons=reasons_of(reasons),
    )
