"""The breaker pauses an integration before WhatsApp does, and finds its way back."""

from datetime import UTC, datetime, timedelta

from tidings.domain.breaker import Breaker, BreakerRules, BreakerState, Outcomes, step

RULES = BreakerRules(failure_rate=0.25, minimum_volume=50, trial_volume=20)
START = datetime(2026, 3, 1, tzinfo=UTC)
CLOSED = Breaker(BreakerState.CLOSED, START)


def test_few_failures_or_few_messages_change_nothing() -> None:
    assert step(CLOSED, Outcomes(1000, 249), rules=RULES, now=START) is CLOSED
    assert step(CLOSED, Outcomes(49, 49), rules=RULES, now=START) is CLOSED
    assert step(CLOSED, Outcomes(0, 0), rules=RULES, now=START) is CLOSED


def test_too_many_failures_open_it_for_the_cool_down() -> None:
    opened = step(CLOSED, Outcomes(50, 13), rules=RULES, now=START)
    assert opened.state is BreakerState.OPEN
    assert opened.until == START + RULES.cool_down
    assert step(opened, Outcomes(0, 0), rules=RULES, now=START + timedelta(minutes=1)) is opened


def test_after_the_cool_down_a_few_messages_are_tried() -> None:
    opened = step(CLOSED, Outcomes(50, 50), rules=RULES, now=START)
    now = START + RULES.cool_down
    trial = step(opened, Outcomes(50, 50), rules=RULES, now=now)
    assert trial.state is BreakerState.TRIAL
    assert step(trial, Outcomes(19, 19), rules=RULES, now=now) is trial
    assert step(trial, Outcomes(20, 0), rules=RULES, now=now).state is BreakerState.CLOSED


def test_a_failed_trial_doubles_the_pause_up_to_a_limit() -> None:
    breaker, now, pauses = CLOSED, START, []
    for _ in range(8):
        breaker = step(breaker, Outcomes(50, 50), rules=RULES, now=now)
        assert breaker.until is not None
        pauses.append(breaker.until - now)
        now = breaker.until
        breaker = step(breaker, Outcomes(0, 0), rules=RULES, now=now)
    assert pauses[:3] == [timedelta(minutes=minutes) for minutes in (15, 30, 60)]
    assert pauses[-1] == RULES.longest_cool_down
