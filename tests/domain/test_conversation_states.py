"""Which steps an agent's participant may take, and what participants make of a conversation."""

import pytest

from tidings.domain.conversation_states import (
    AcwState,
    ParticipantState,
    Standing,
    check_transition,
    check_wrapup,
    conversation_state,
)
from tidings.domain.errors import Kind, Rejection

ALERTING, CONNECTED = ParticipantState.ALERTING, ParticipantState.CONNECTED
PARKED, DISCONNECTED = ParticipantState.PARKED, ParticipantState.DISCONNECTED
MAY = {
    (ALERTING, CONNECTED),
    (ALERTING, DISCONNECTED),
    (CONNECTED, PARKED),
    (CONNECTED, DISCONNECTED),
    (PARKED, CONNECTED),
    (PARKED, DISCONNECTED),
}
ACW_MAY = {
    (None, AcwState.PENDING),
    (None, AcwState.NOT_APPLICABLE),
    (AcwState.PENDING, AcwState.COMPLETE),
    (AcwState.PENDING, AcwState.SKIPPED),
}


@pytest.mark.parametrize("current", ParticipantState)
@pytest.mark.parametrize("wanted", ParticipantState)
def test_a_participant_takes_only_steps_that_there_are(
    current: ParticipantState, wanted: ParticipantState
) -> None:
    if (current, wanted) in MAY:
        check_transition(current, wanted)
        return
    with pytest.raises(Rejection) as refused:
        check_transition(current, wanted)
    assert refused.value.kind is Kind.CONFLICT
    assert f"cannot become {wanted.value}" in refused.value.message


@pytest.mark.parametrize("current", [None, *AcwState])
@pytest.mark.parametrize("wanted", AcwState)
def test_a_wrapup_takes_only_steps_that_there_are(
    current: AcwState | None, wanted: AcwState
) -> None:
    if (current, wanted) in ACW_MAY:
        check_wrapup(current, wanted)
        return
    with pytest.raises(Rejection) as refused:
        check_wrapup(current, wanted)
    assert refused.value.code == "conversation.wrapup.state"


ACD = Standing("acd", "primary", "connected")
ACD_OVER = Standing("acd", "primary", "disconnected")
AGENT_OVER = Standing("agent", "primary", "disconnected")


@pytest.mark.parametrize(
    ("participants", "state"),
    [
        ([], "open"),
        ([Standing("customer", "primary", "connected")], "open"),
        ([ACD], "open"),
        ([ACD, Standing("agent", "primary", "alerting")], "connected"),
        ([ACD_OVER, Standing("agent", "primary", "connected")], "connected"),
        ([ACD_OVER, Standing("agent", "primary", "parked")], "connected"),
        ([ACD_OVER, AGENT_OVER], "disconnected"),
        ([ACD_OVER, AGENT_OVER, ACD], "open"),
        ([AGENT_OVER, Standing("agent", "monitor", "connected")], "disconnected"),
    ],
)
def test_participants_make_the_state_of_their_conversation(
    participants: list[Standing], state: str
) -> None:
    assert conversation_state(participants) == state
