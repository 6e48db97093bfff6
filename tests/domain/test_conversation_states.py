"""What participants make of a conversation."""

import pytest

from tidings.domain.conversation_states import Standing, conversation_state

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
