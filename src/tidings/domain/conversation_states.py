"""The states of an agent's part in a conversation, and what they make of the conversation.

Pure rules; the rows change by conditional statements that name the states they start from.
"""

from collections.abc import Iterable
from enum import StrEnum

import msgspec

from tidings.domain.errors import Rejection, conflict


class ParticipantState(StrEnum):
    """Where a participant stands."""

    ALERTING = "alerting"
    CONNECTED = "connected"
    PARKED = "parked"
    DISCONNECTED = "disconnected"


class ConversationState(StrEnum):
    """Where a conversation stands."""

    OPEN = "open"
    CONNECTED = "connected"
    DISCONNECTED = "disconnected"


class Standing(msgspec.Struct, frozen=True):
    """One participant as far as the conversation's state depends on it."""

    purpose: str
    mode: str
    state: str


# What a state is called in a sentence, and what can be done about it.
WORDS: dict[ParticipantState, str] = {
    ParticipantState.ALERTING: "is offered and not yet accepted; accept or decline it first",
    ParticipantState.CONNECTED: "is connected already",
    ParticipantState.PARKED: "is parked; resume it first",
    ParticipantState.DISCONNECTED: "is over; read the conversation again to see who has it",
}


def refuse_transition(current: ParticipantState, wanted: ParticipantState) -> Rejection:
    """The 409 for a participant that cannot become so."""
    return conflict(
        "conversation.participant.state",
        f"This participant cannot become {wanted.value}: it {WORDS[current]}.",
        state=current.value,
        wanted=wanted.value,
    )


def conversation_state(participants: Iterable[Standing]) -> ConversationState:
    """What the participants make of their conversation.

    Connected while an agent has it (offered, connected or parked); open while it waits in a
    queue, or if nobody ever took part; else it is over.
    """
    known = list(participants)
    alive = [each for each in known if each.state != ParticipantState.DISCONNECTED]
    if any(each.purpose == "agent" and each.mode == "primary" for each in alive):
        return ConversationState.CONNECTED
    if any(each.purpose == "acd" for each in alive):
        return ConversationState.OPEN
    took_part = any(each.purpose in ("agent", "acd") for each in known)
    return ConversationState.DISCONNECTED if took_part else ConversationState.OPEN
