"""Participants of conversations as the reference has them.

Who was asked or has it (`acd`, `agent`) is a row of its own for each stay in a queue and each
offer; its communication has the participant's own id. The customer, and who only sent messages
(a program is `api`), are derived: their ids come from the conversation's and the sender's own.
"""

from typing import Any
from uuid import uuid5

from tidings.api.v2.message_views import MessageDetailsView
from tidings.api.v2.parties import Party, addresses_of, started_at
from tidings.api.views import Moment, Ref, View, moment, optional_moment
from tidings.store.agent_work import PartRow, StandingRow
from tidings.store.interactions import InteractionRow

QUEUES = "/api/v2/routing/queues"
USERS = "/api/v2/users"
PROMPTS = {
    "OPTIONAL": "optional",
    "MANDATORY": "mandatory",
    "MANDATORY_TIMEOUT": "timeout",
    "MANDATORY_FORCED_TIMEOUT": "forcedTimeout",
    "AGENT_REQUESTED": "agentRequested",
}


class AddressView(View):
    """Address of the reference."""

    address_raw: str
    address_normalized: str
    name: str | None = None


class WrapupView(View):
    """Wrapup of the reference: what a participant said the conversation came to."""

    notes: str
    code: str | None = None
    name: str | None = None
    end_time: Moment | None = None
    duration_seconds: int | None = None

    @classmethod
    def of(cls, part: PartRow) -> "WrapupView | None":
        """The wrap-up of a participant, once there is one."""
        if part.wrapup_code_id is None and not part.wrapup_notes:
            return None
        return cls(
            code=None if part.wrapup_code_id is None else str(part.wrapup_code_id),
            name=part.wrapup_name,
            notes=part.wrapup_notes,
            end_time=optional_moment(part.acw_ended_at),
            duration_seconds=_wrapup_seconds(part),
        )


def _wrapup_seconds(part: PartRow) -> int | None:
    if part.acw_ended_at is None or part.ended_at is None:
        return None
    return max(0, int((part.acw_ended_at - part.ended_at).total_seconds()))


class MediaParticipantView(View):
    """MessageMediaParticipant of the reference.

    Ours beside it: `mode` (primary, consult, monitor), `alertingExpiresTime` and
    `wrapupExpiresTime`, when an offer and a wrap-up end by themselves; of who is consulted
    `askedBy` and `askedNote`, who asked for it and what for.
    """

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
    held: bool = False
    name: str | None = None
    mode: str | None = None
    start_alerting_time: Moment | None = None
    alerting_timeout_ms: int | None = None
    alerting_expires_time: Moment | None = None
    connected_time: Moment | None = None
    park_time: Moment | None = None
    resume_time: Moment | None = None
    end_time: Moment | None = None
    disconnect_type: str | None = None
    user: Ref | None = None
    queue: Ref | None = None
    external_contact: Ref | None = None
    attributes: dict[str, str] | None = None
    conversation_routing_data: dict[str, Any] | None = None
    wrapup_required: bool | None = None
    wrapup_prompt: str | None = None
    wrapup_timeout_ms: int | None = None
    wrapup_skipped: bool | None = None
    wrapup_expires_time: Moment | None = None
    start_acw_time: Moment | None = None
    end_acw_time: Moment | None = None
    wrapup: WrapupView | None = None
    asked_by: Ref | None = None
    asked_note: str | None = None


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
    queue_id: str | None = None
    queue_name: str | None = None
    external_contact_id: str | None = None
    alerting_timeout_ms: int | None = None
    attributes: dict[str, str] | None = None
    conversation_routing_data: dict[str, Any] | None = None
    wrapup_required: bool | None = None
    wrapup_prompt: str | None = None
    wrapup_timeout_ms: int | None = None
    wrapup_skipped: bool | None = None
    start_acw_time: Moment | None = None
    end_acw_time: Moment | None = None
    wrapup: WrapupView | None = None


def media_participant(
    row: InteractionRow, party: Party, standing: StandingRow | None = None
) -> MediaParticipantView:
    """One participant of a conversation over messages."""
    sender, recipient = addresses_of(row, party.direction)
    view = MediaParticipantView(
        id=str(party.id),
        purpose=party.purpose,
        state="connected",
        direction=party.direction,
        start_time=moment(started_at(row, party)),
        provider="WhatsApp",
        type="whatsapp",
        address=row.address if party.purpose == "customer" else row.phone_number,
        from_address=AddressView(address_raw=sender, address_normalized=sender),
        to_address=AddressView(address_raw=recipient, address_normalized=recipient),
        messages=[MessageDetailsView.of(each) for each in party.messages],
        attributes=(standing.attributes or None) if standing else None,
    )
    if party.part is None:
        _derive(view, row, party)
    else:
        _tell_part(view, party.part)
        view.conversation_routing_data = _routing_data(party.part, standing)
    return view


def _derive(view: MediaParticipantView, row: InteractionRow, party: Party) -> None:
    """The customer or a mere sender: there as long as the conversation is."""
    view.connected_time = view.start_time
    if row.ended_at is not None:
        view.state, view.disconnect_type = "disconnected", "system"
        view.end_time = moment(row.ended_at)
    if party.user_id is not None:
        view.user = Ref(id=str(party.user_id), self_uri=f"{USERS}/{party.user_id}")
    if party.purpose == "customer":
        view.name = row.customer_name or None
        view.external_contact = Ref(id=str(row.customer_id))


def _tell_part(view: MediaParticipantView, part: PartRow) -> None:
    """A stay in a queue, or an offer and what became of it."""
    view.state, view.mode = part.state, part.mode
    view.name = part.user_name if part.user_id is not None else part.queue_name
    view.start_alerting_time = optional_moment(part.alerting_at)
    view.connected_time = optional_moment(part.connected_at)
    view.park_time = optional_moment(part.parked_at)
    view.resume_time = optional_moment(part.resume_at)
    view.end_time = optional_moment(part.ended_at)
    view.disconnect_type = part.disconnect_type
    if part.alerting_at is not None and part.expires_at is not None:
        view.alerting_expires_time = moment(part.expires_at)
        view.alerting_timeout_ms = int((part.expires_at - part.alerting_at).total_seconds() * 1000)
    if part.user_id is not None:
        name = part.user_name
        view.user = Ref(id=str(part.user_id), name=name, self_uri=f"{USERS}/{part.user_id}")
    if part.queue_id is not None:
        name = part.queue_name
        view.queue = Ref(id=str(part.queue_id), name=name, self_uri=f"{QUEUES}/{part.queue_id}")
    if part.asked_by is not None:
        by = part.asked_by
        view.asked_by = Ref(id=str(by), name=part.asked_by_name, self_uri=f"{USERS}/{by}")
        view.asked_note = part.asked_note
    if part.purpose == "agent" and part.mode == "primary":
        _tell_wrapup(view, part)


def _tell_wrapup(view: MediaParticipantView, part: PartRow) -> None:
    view.wrapup_required = part.acw_mode not in (None, "OPTIONAL", "AGENT_REQUESTED")
    view.wrapup_prompt = PROMPTS.get(part.acw_mode or "OPTIONAL")
    if part.acw_mode in ("MANDATORY_TIMEOUT", "MANDATORY_FORCED_TIMEOUT"):
        view.wrapup_timeout_ms = (part.acw_seconds or 0) * 1000
    if part.acw_state in ("pending", "complete", "skipped"):
        view.start_acw_time = optional_moment(part.ended_at)
        view.end_acw_time = optional_moment(part.acw_ended_at)
        view.wrapup_skipped = part.acw_state == "skipped"
    if part.acw_state == "pending":
        view.wrapup_expires_time = optional_moment(part.acw_until)
    view.wrapup = WrapupView.of(part)


def _routing_data(part: PartRow, standing: StandingRow | None) -> dict[str, Any] | None:
    """What a conversation that waits asks for, at the queue's participant."""
    if standing is None or standing.priority is None or part.purpose != "acd":
        return None
    if part.state == "disconnected":
        return None
    asked: dict[str, Any] = {"priority": standing.priority}
    asked["queue"] = {"id": str(part.queue_id)}
    asked["skills"] = [{"id": str(each)} for each in standing.skill_ids or ()]
    if standing.language_id is not None:
        asked["language"] = {"id": str(standing.language_id)}
    return asked


def participant(
    row: InteractionRow, party: Party, standing: StandingRow | None = None
) -> ParticipantView:
    """One participant of a conversation in its general form."""
    media = media_participant(row, party, standing)
    is_customer = party.purpose == "customer"
    return ParticipantView(
        id=media.id,
        name=media.name,
        purpose=media.purpose,
        participant_type="External" if is_customer else "Internal",
        start_time=media.start_time,
        connected_time=media.connected_time,
        end_time=media.end_time,
        address=media.address,
        user_id=media.user.id if media.user else None,
        queue_id=media.queue.id if media.queue else None,
        queue_name=media.queue.name if media.queue else None,
        external_contact_id=str(row.customer_id) if is_customer else None,
        alerting_timeout_ms=media.alerting_timeout_ms,
        attributes=media.attributes,
        conversation_routing_data=media.conversation_routing_data,
        wrapup_required=media.wrapup_required,
        wrapup_prompt=media.wrapup_prompt,
        wrapup_timeout_ms=media.wrapup_timeout_ms,
        wrapup_skipped=media.wrapup_skipped,
        start_acw_time=media.start_acw_time,
        end_acw_time=media.end_acw_time,
        wrapup=media.wrapup,
        messages=[_communication(media, party)],
    )


def _communication(media: MediaParticipantView, party: Party) -> dict[str, Any]:
    """The one communication of a participant; with a row its id is the participant's."""
    part = party.part
    times = {
        "startAlertingTime": media.start_alerting_time,
        "connectedTime": media.connected_time,
        "parkTime": media.park_time,
        "resumeTime": media.resume_time,
        "disconnectedTime": media.end_time,
        "disconnectType": media.disconnect_type,
        "wrapup": media.wrapup,
        "afterCallWorkRequired": media.wrapup_required,
    }
    return {
        "id": str(uuid5(party.id, "communication") if part is None else party.id),
        "state": media.state,
        "initialState": "alerting" if part is not None and part.alerting_at else "connected",
        "direction": party.direction,
        "held": False,
        "provider": media.provider,
        "type": media.type,
        "fromAddress": media.from_address,
        "toAddress": media.to_address,
        "messages": media.messages,
    } | {key: value for key, value in times.items() if value is not None}
