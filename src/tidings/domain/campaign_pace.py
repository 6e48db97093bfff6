"""How fast campaigns go: each at its own pace, together within what their number may send.

All clocks are the caller's. One pump owns the campaigns of a number, so the paces are exact.
"""

import math
from collections.abc import Iterable, Mapping
from typing import Final
from uuid import UUID

from tidings.domain.limits import TokenBucket

# What a pump that was late may catch up, besides one message: over a minute that is less than one
# per cent.
BURST_S: Final = 0.5
# How much of a second's messages may wait for the dispatcher: stopping, agents' messages and
# additions to DNC lists act on what comes behind them.
LEAD_S: Final = 1.0
LONGEST_LEAD: Final = 1_000


def burst_of(rate: float) -> int:
    """How many messages a campaign of a rate may send at once."""
    return 1 + math.ceil(rate * BURST_S)


class Paces:
    """The buckets of the campaigns that run on one number."""

    def __init__(self) -> None:
        self._buckets: dict[UUID, TokenBucket] = {}

    def update(self, rates: Mapping[UUID, float], now: float) -> None:
        """Take the rates (messages a second) of those that run; the others are forgotten.

        A campaign whose rate changes keeps what it used: changing it to and fro gains nothing.
        One that is new here begins with one message, so that moving between workers gains little.
        """
        self._buckets = {key: each for key, each in self._buckets.items() if key in rates}
        for key, rate in rates.items():
            burst = burst_of(rate)
            bucket = self._buckets.get(key)
            if bucket is None:
                bucket = self._buckets[key] = TokenBucket(rate, burst)
                bucket.charge(now, burst - 1)
            elif bucket.rate != rate:
                bucket.set_rate(rate, burst)

    def available(self, campaign_id: UUID, now: float) -> int:
        """How many messages a campaign may send now."""
        bucket = self._buckets.get(campaign_id)
        return 0 if bucket is None else bucket.available(now)

    def charge(self, campaign_id: UUID, now: float, n: int) -> None:
        """Count what was sent."""
        bucket = self._buckets.get(campaign_id)
        if bucket is not None and n > 0:
            bucket.charge(now, n)

    def ready_in(self, campaign_ids: Iterable[UUID], now: float) -> float:
        """Seconds until one of these may send; infinity without any."""
        buckets = (self._buckets.get(each) for each in campaign_ids)
        return min((each.ready_in(now) for each in buckets if each), default=math.inf)


def rates_of(
    per_minute: Mapping[UUID, int], *, all_per_minute: int, most_per_minute: int
) -> dict[UUID, float]:
    """The rates in messages a second, all slowed alike when the organization's maximum asks it.

    `all_per_minute` is the sum over every running campaign of the organization, on whichever
    number: so each pump keeps its part of the maximum without a counter shared between them.
    """
    share = min(1.0, most_per_minute / all_per_minute) if all_per_minute else 1.0
    return {key: each * share / 60 for key, each in per_minute.items()}


def lead_of(rate: float) -> int:
    """How many messages of a rate may wait for the dispatcher at once."""
    return min(max(1, math.ceil(rate * LEAD_S)), LONGEST_LEAD)


def share_room(room: int, wanted: Mapping[UUID, int], *, turn: int) -> dict[UUID, int]:
    """Divide the room for messages among campaigns: the same for all, but none more than it wants.

    What one leaves is shared by the others. `turn` moves who gets the odd ones, round by round.
    """
    shares = dict.fromkeys(wanted, 0)
    hungry = [key for key, want in wanted.items() if want > 0]
    if hungry:
        at = turn % len(hungry)
        hungry = hungry[at:] + hungry[:at]
    while room > 0 and hungry:
        each = max(1, room // len(hungry))
        for key in hungry:
            given = min(each, wanted[key] - shares[key], room)
            shares[key] += given
            room -= given
        hungry = [key for key in hungry if shares[key] < wanted[key]]
    return {key: share for key, share in shares.items() if share}
