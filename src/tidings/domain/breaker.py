"""Pauses an integration before WhatsApp does: too many failures among the last messages (A7).

Pure: the caller counts, keeps the Breaker, and asks again after every batch.
"""

from datetime import datetime, timedelta
from enum import StrEnum

import msgspec


class BreakerState(StrEnum):
    """CLOSED and TRIAL let messages through, OPEN nothing; TRIAL is decided by its first few."""

    CLOSED = "closed"
    OPEN = "open"
    TRIAL = "trial"


class BreakerRules(msgspec.Struct, frozen=True):
    """When to pause. The window over which to count is the caller's, and told to people."""

    failure_rate: float = 0.25
    minimum_volume: int = 50
    cool_down: timedelta = timedelta(minutes=15)
    longest_cool_down: timedelta = timedelta(hours=4)
    trial_volume: int = 20


class Outcomes(msgspec.Struct, frozen=True):
    """How many messages ended in the window, and how many of them badly.

    Count since Breaker.since at the earliest: what happened before the pause is paid for.
    """

    total: int
    failed: int

    @property
    def failure_rate(self) -> float:
        """The failed share; 0.0 when nothing ended."""
        return self.failed / self.total if self.total else 0.0


class Breaker(msgspec.Struct, frozen=True):
    """The state of one integration's breaker, since when, and while OPEN until when.

    `trips` counts pauses in a row; each doubles the next.
    """

    state: BreakerState
    since: datetime
    until: datetime | None = None
    trips: int = 0


def step(breaker: Breaker, outcomes: Outcomes, *, rules: BreakerRules, now: datetime) -> Breaker:
    """Give the breaker's next state; the same object when nothing changes."""
    if breaker.state is BreakerState.OPEN:
        if breaker.until is not None and now < breaker.until:
            return breaker
        return Breaker(BreakerState.TRIAL, now, trips=breaker.trips)
    on_trial = breaker.state is BreakerState.TRIAL
    enough = rules.trial_volume if on_trial else rules.minimum_volume
    if outcomes.total < enough:
        return breaker
    if outcomes.failure_rate >= rules.failure_rate:
        return _tripped(breaker, rules, now)
    return Breaker(BreakerState.CLOSED, now) if on_trial else breaker


def _tripped(breaker: Breaker, rules: BreakerRules, now: datetime) -> Breaker:
    doublings = min(breaker.trips, 16)  # more would overflow, and the cap is reached long before
    pause = min(rules.cool_down * 2**doublings, rules.longest_cool_down)
    return Breaker(BreakerState.OPEN, now, now + pause, breaker.trips + 1)
