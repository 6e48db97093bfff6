"""The 24-hour rule and its 7-day sister, as a table."""

from datetime import UTC, datetime, timedelta

import pytest

from tidings.domain.windows import Channel, Sender, ServiceWindow, check_window

WROTE = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("sender", "channel", "later", "is_template", "allowed", "tagged"),
    [
        ("agent", "whatsapp", 1 * HOUR, False, True, False),
        ("agent", "whatsapp", 24 * HOUR - timedelta(seconds=1), False, True, False),
        ("agent", "whatsapp", 24 * HOUR, False, False, False),
        ("agent", "whatsapp", 25 * HOUR, True, True, False),
        ("campaign", "whatsapp", 25 * HOUR, True, True, False),
        ("flow", "whatsapp", 25 * HOUR, False, False, False),
        ("notification", "whatsapp", 1 * HOUR, False, True, False),
        ("agent", "instagram", 1 * HOUR, False, True, False),
        ("agent", "instagram", 24 * HOUR, False, True, True),
        ("agent", "instagram", 7 * 24 * HOUR, False, False, False),
        ("flow", "instagram", 25 * HOUR, False, False, False),
        ("flow", "instagram", 1 * HOUR, False, True, False),
        ("agent", "instagram", 1 * HOUR, True, False, False),
    ],
)
def test_who_may_write_when(
    sender: str, channel: str, later: timedelta, is_template: bool, allowed: bool, tagged: bool
) -> None:
    decision = check_window(
        Sender(sender),
        Channel(channel),
        last_inbound_at=WROTE,
        now=WROTE + later,
        is_template=is_template,
    )
    assert (decision.allowed, decision.needs_human_agent_tag) == (allowed, tagged)
    assert bool(decision.code) is not allowed
    assert bool(decision.message) is not allowed


@pytest.mark.parametrize("channel", list(Channel))
@pytest.mark.parametrize("sender", list(Sender))
def test_nobody_writes_freely_to_a_customer_who_never_wrote(
    sender: Sender, channel: Channel
) -> None:
    decision = check_window(sender, channel, last_inbound_at=None, now=WROTE, is_template=False)
    assert decision.code == "window.closed"
    assert decision.closes_at is None


def test_the_countdown_runs_to_the_closing_time() -> None:
    window = ServiceWindow(WROTE)
    assert window.closes_at == WROTE + 24 * HOUR
    assert window.is_open(WROTE)
    assert not ServiceWindow(None).is_open(WROTE)
